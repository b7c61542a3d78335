import Foundation
import GRPCCore
import Wire

extension BlobStore {
    /// Writes a blob's bytes to a caller, a chunk at a time.
    func stream(_ digest: Digest, to response: RPCWriter<Assay_V1_Chunk>) async throws {
        let content = try await FileThreads.run { try self.open(digest) }
        var offset: UInt64 = 0
        while true {
            let bytes = try await FileThreads.run { [offset] in
                try content.bytes(at: offset, upTo: Limits.chunkBytesMax)
            }
            guard !bytes.isEmpty else { return }
            offset += UInt64(bytes.count)
            var chunk = Assay_V1_Chunk()
            chunk.chunk = Data(bytes)
            try await response.write(chunk)
        }
    }
}
