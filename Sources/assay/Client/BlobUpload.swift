import Crypto
import Foundation
import GRPCCore
import Transport
import Wire

/// Bytes on their way to the head, under the name of their digest.
struct BlobUpload: Sendable {
    let blob: Blob
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.blob = Blob(
            digest: Digest(sha256: SHA256.hash(data: bytes).map { $0 }), size: UInt64(bytes.count))
        self.bytes = bytes
    }

    /// Sends those of the blobs that the head does not hold: a data set travels once.
    static func send(_ uploads: [BlobUpload], to head: HeadClient) async throws {
        var request = Assay_V1_StatBlobsRequest()
        request.digests = uploads.map(\.blob.digest.description)
        let message = request
        let stat = try await head.blobs.stat(message)
        let present = Set(stat.present.map(\.digest))
        for upload in uploads where !present.contains(upload.blob.digest.description) {
            try await upload.send(to: head)
        }
    }

    private func send(to head: HeadClient) async throws {
        let stored = try await head.blobs.put { writer in
            var first = Assay_V1_PutBlobRequest()
            first.blob = self.blob.message
            try await writer.write(first)
            var offset = 0
            while offset < self.bytes.count {
                let end = min(offset + Limits.chunkBytesMax, self.bytes.count)
                var chunk = Assay_V1_PutBlobRequest()
                chunk.chunk = .init(self.bytes[offset..<end])
                try await writer.write(chunk)
                offset = end
            }
        }
        guard stored.digest == self.blob.digest.description else {
            throw CommandError(
                .failed, "the head stored other bytes than were sent; nothing was submitted")
        }
    }
}
