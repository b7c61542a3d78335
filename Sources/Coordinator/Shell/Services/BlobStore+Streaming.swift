import Foundation
import GRPCCore
import Glibc
import Host
import Wire

extension BlobStore {
    /// Writes a blob's bytes to a caller, a chunk at a time.
    func stream(_ digest: Digest, to response: RPCWriter<Assay_V1_Chunk>) async throws {
        let opened = try await FileThreads.run { try self.open(digest).file }
        var offset: UInt64 = 0
        while true {
            let bytes = try await FileThreads.run { [offset] in
                try Self.chunk(of: opened, at: offset)
            }
            guard !bytes.isEmpty else { return }
            offset += UInt64(bytes.count)
            var chunk = Assay_V1_Chunk()
            chunk.chunk = bytes
            try await response.write(chunk)
        }
    }

    /// By position: another caller may read the same descriptor.
    private static func chunk(of file: Descriptor, at offset: UInt64) throws(BlobError) -> Data {
        var bytes = Data(count: Limits.chunkBytesMax)
        let count = file.withNumber { number in
            bytes.withUnsafeMutableBytes {
                pread(number, $0.baseAddress, $0.count, off_t(offset))
            }
        }
        guard count >= 0 else { throw BlobError(failedTo: "read a blob", errno) }
        return bytes.prefix(count)
    }
}
