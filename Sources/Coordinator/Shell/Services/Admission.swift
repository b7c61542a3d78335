import GRPCCore
import Logging
import Wire

/// Judges what is submitted before the coordinator hears of it.
struct Admission: Sendable {
    let readiness: Readiness
    let blobs: BlobStore
    let log: Logger

    struct Admitted: Sendable {
        let spec: JobSpec
        let key: String
    }

    /// - Throws: `RPCError` with one sentence: `unavailable` while the head takes no work,
    ///   `invalidArgument` naming the field that breaks a rule, `failedPrecondition` naming the
    ///   blob that has to be uploaded first.
    func judge(
        _ request: Assay_V1_SubmitRequest, from owner: String
    ) async throws(RPCError) -> Admitted {
        if let reason = self.readiness.state.reason {
            throw RPCError(code: .unavailable, message: reason)
        }
        let key = request.key
        guard key.utf8.count <= Limits.nameBytesMax,
            !key.unicodeScalars.contains(where: \.misleadsTerminals)
        else {
            throw RPCError(
                code: .invalidArgument,
                message: "key is longer than \(Limits.nameBytesMax) bytes or no plain text")
        }
        let spec: JobSpec
        do throws(WireError) {
            spec = try JobSpec(request.spec)
        } catch {
            throw RPCError(error)
        }
        try await self.demandBlobs(of: spec, from: owner)
        return Admitted(spec: spec, key: key)
    }

    /// - Throws: `unavailable` when the head stops: a stream that began now would be cut short.
    func demandTime() throws(RPCError) {
        if self.readiness.state == .draining { throw RPCError(LoopStopped()) }
    }

    /// What the owner did not bring is missing, even when others did: who knows no more than a
    /// digest must not learn from the bytes, nor that they are there.
    private func demandBlobs(of spec: JobSpec, from owner: String) async throws(RPCError) {
        let wanted: [(name: String, blob: Blob)] =
            switch spec.kind {
            case .idle(_, _, let data): data.map { [("idle.data", $0)] } ?? []
            case .learning(let learning): learning.lesson.namedBlobs
            case .command(let job):
                job.command.files.map { ("command.files: \($0.name)", $0.blob) }
            }
        for (name, blob) in wanted {
            let found = try await answering(self.log) {
                try await FileThreads.run {
                    self.blobs.find(blob.digest, broughtBy: .owner(owner))
                }
            }
            guard let found else {
                throw RPCError(
                    code: .failedPrecondition,
                    message: """
                        \(name): the head holds no blob \(blob.digest): upload it first
                        """)
            }
            guard found == blob else {
                throw RPCError(
                    code: .invalidArgument,
                    message: """
                        \(name): the blob \(blob.digest) has \(found.size) bytes, not \
                        \(blob.size)
                        """)
            }
        }
    }
}
