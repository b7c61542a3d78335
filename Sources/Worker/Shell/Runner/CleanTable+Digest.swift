import Crypto
package import Engine
package import Wire

extension CleanTable {
    /// Of what may be learned from: the table as its schema leaves it.
    package var digest: Wire.Digest {
        var hash = SHA256()
        self.frame.forEachBlock { hash.update(bufferPointer: $0) }
        return Wire.Digest(sha256: Array(hash.finalize()))
    }
}
