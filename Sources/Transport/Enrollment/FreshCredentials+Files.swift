import Glibc
package import Host
import Privacy

// How new credentials come into a `--certs` directory.
//
// A new directory appears whole or not at all. In one that is there, the certificate is what
// counts:
//
// ```
// 1. next-key.pem   the new key, beside the old one
// 2. cert.pem       replaced: from here on the new key is the one that fits
// 3. key.pem        next-key.pem takes its name
// ```
//
// Killed after 1, the old pair is there; after 2, whoever reads the directory takes `next-key.pem`.
extension FreshCredentials {
    /// - Throws: `HostError` unless the directory could be made: nothing is there, or an empty one.
    package static func demandRoom(at path: String) throws(HostError) {
        try AtomicDirectory.demandRoom(at: path)
    }

    /// Makes the directory, whole or not at all.
    package func writeDirectory(at path: String) throws(HostError) {
        try AtomicDirectory.write(
            [
                .init(name: "ca.pem", bytes: Array(self.authorityPEM.utf8), readers: .everyone),
                .init(name: "cert.pem", bytes: Array(self.certificatePEM.utf8), readers: .everyone),
                .init(name: "key.pem", bytes: Array(self.keyPEM.revealed.utf8), readers: .owner),
            ], to: path)
    }

    /// Takes the place of the credentials in a directory.
    func replace(in directory: String) throws(HostError) {
        let (key, next) = ("\(directory)/key.pem", "\(directory)/next-key.pem")
        // What an earlier renewal left undone: its certificate must not lose its key.
        if case .next = Credentials.keyInUse(in: directory) {
            try AtomicFile.rename(next, to: key)
        }
        try AtomicFile.write(
            Array(self.keyPEM.revealed.utf8), to: next, readers: .owner, existing: .replaced)
        try AtomicFile.write(
            Array(self.certificatePEM.utf8), to: "\(directory)/cert.pem", readers: .everyone,
            existing: .replaced)
        try AtomicFile.rename(next, to: key)
    }
}
