import Foundation
package import GRPCCore
import Logging
import Transport
package import Wire

/// Data sets and other blobs: which are there, and bringing those that are not.
///
/// Bytes that several have brought lie there once, and each of them sees his own: that others have
/// brought something is told to nobody.
package struct BlobsService: Assay_V1_Blobs.SimpleServiceProtocol {
    let blobs: BlobStore
    let log: Logger

    package func stat(
        request: Assay_V1_StatBlobsRequest, context: ServerContext
    ) async throws -> Assay_V1_StatBlobsResponse {
        guard request.digests.count <= Limits.messageItemsMax else {
            throw RPCError(
                code: .invalidArgument,
                message: "digests holds more than \(Limits.messageItemsMax) items")
        }
        let bringer = BlobBringer.owner(try Caller(context).owner)
        let digests = try request.digests.map { text throws(RPCError) in
            guard let digest = Digest(text: text) else {
                throw RPCError(
                    code: .invalidArgument,
                    message: "digests: one is not sha256: and 64 lower-case hexadecimal digits")
            }
            return digest
        }
        return try await answering(self.log) {
            var response = Assay_V1_StatBlobsResponse()
            response.present = try await FileThreads.run {
                digests.compactMap { self.blobs.find($0, broughtBy: bringer)?.message }
            }
            return response
        }
    }

    package func put(
        request: RPCAsyncSequence<Assay_V1_PutBlobRequest, any Error>, context: ServerContext
    ) async throws -> Assay_V1_Blob {
        let bringer = BlobBringer.owner(try Caller(context).owner)
        return try await answering(self.log) {
            var draft: BlobDraft?
            for try await part in request {
                if draft == nil {
                    let announced = try Blob(part.blob)
                    try await context.permit(.uploadBlob, .none, on: "blob/\(announced.digest)")
                    // Uploaded once: who brings it again is answered at once.
                    let found = try await FileThreads.run {
                        self.blobs.find(announced.digest, broughtBy: bringer)
                    }
                    if found == announced { return announced.message }
                    draft = try await FileThreads.run { try self.blobs.begin(announced) }
                }
                guard let draft, !part.chunk.isEmpty else { continue }
                try await FileThreads.run {
                    try part.chunk.withUnsafeBytes { try draft.append($0) }
                }
            }
            guard let draft else {
                throw RPCError(
                    code: .invalidArgument, message: "blob is missing from the first message")
            }
            try await FileThreads.run {
                try draft.finish()
                try self.blobs.note(draft.announced, broughtBy: bringer)
            }
            return draft.announced.message
        }
    }
}
