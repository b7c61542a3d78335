import CoordinatorCore
import Logging
import NIOCore
import Transport
import Wire

/// Carries out what workers ask for on their links for blobs: each wish a task of its own, all of
/// them children of `run`.
final class Transfers: Sendable {
    private let loop: CoordinatorLoop
    private let blobs: BlobStore
    private let logger: Logger
    private let wishes: AsyncStream<Wish>
    private let sink: AsyncStream<Wish>.Continuation

    enum Wish: Sendable {
        // At most one of these for each link: a link waits for the answer to its last wish.
        case fetch(Fetch, BulkLink)
        case put(Put, ChunkQueue, BulkLink)
        /// Outcomes that name blobs are heard once it is sure that the worker brought those; its
        /// link is not read meanwhile.
        case report([Report], SessionNumber, LinkConnection)
    }

    init(loop: CoordinatorLoop, blobs: BlobStore, logger: Logger) {
        self.loop = loop
        self.blobs = blobs
        self.logger = logger
        (self.wishes, self.sink) = AsyncStream.makeStream()
    }

    func begin(_ wish: Wish) { self.sink.yield(wish) }

    /// Serves until `stop`, or until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await wish in self.wishes {
                group.addTask {
                    switch wish {
                    case .fetch(let fetch, let bulk): await self.serve(fetch, over: bulk)
                    case .put(let put, let queue, let bulk):
                        await self.receive(put, from: queue, over: bulk)
                    case .report(let reports, let session, let link):
                        await self.examine(reports, of: session)
                        link.resumeReading()
                    }
                }
            }
            group.cancelAll()
        }
    }

    func stop() { self.sink.finish() }

    // MARK: Head to worker

    private func serve(_ fetch: Fetch, over bulk: BulkLink) async {
        do {
            let blob = try await self.judge { $0.judgeFetch(bulk.session, fetch) }
            let content = try await FileThreads.run { try self.blobs.open(blob.digest) }
            let size = content.size
            guard size == blob.size, fetch.offset <= size else {
                throw BlobError(.mismatch, "the blob \(blob.digest) has \(size) bytes")
            }
            bulk.link.send([.blobFollows(blob, offset: fetch.offset)])
            try await bulk.link.send(
                .reader { offset, target in try content.read(at: offset, into: target) },
                offset: fetch.offset, length: size - fetch.offset)
            bulk.answered()
        } catch let error as BlobError {
            // Also behind a part of it: the worker throws that away, since the rest is not to be
            // had.
            if error.code == .damaged {
                self.logger.error("a blob is damaged", metadata: ["reason": "\(error)"])
            }
            bulk.link.send([.blobMissing(fetch.digest, reason: error.description)])
            bulk.answered()
        } catch {
            // Half a blob cannot be taken back: the worker fetches the rest over a new link.
            self.logger.info(
                "a blob was not sent to its end",
                metadata: ["worker": "\(bulk.link.peer.name)", "reason": "\(error)"])
            bulk.link.close()
        }
    }

    // MARK: Worker to head

    private func receive(_ put: Put, from queue: ChunkQueue, over bulk: BulkLink) async {
        do {
            let blob = try await self.judge { $0.judgePut(bulk.session, put) }
            let draft = try await FileThreads.run { try self.blobs.begin(blob) }
            while true {
                switch await queue.next() {
                case .chunks(let chunks):
                    try await FileThreads.run {
                        for chunk in chunks {
                            try chunk.withUnsafeReadableBytes { try draft.append($0) }
                        }
                    }
                    continue
                case .abandoned: return
                case .finished: break
                }
                break
            }
            try await FileThreads.run {
                try draft.finish()
                try self.blobs.note(blob, broughtBy: .trial(put.lease.trial))
            }
            bulk.link.send([.blobStored(put.blob.digest)])
            bulk.answered()
        } catch {
            let reason = (error as? BlobError)?.description ?? "the head failed to store it"
            // The rest of its bytes are on their way; they are let go by.
            guard await Self.skip(queue) == .finished else { return }
            bulk.link.send([.blobMissing(put.blob.digest, reason: reason)])
            bulk.answered()
        }
    }

    // MARK: Outcomes with blobs

    /// An outcome whose blobs were not brought for its trial is none: the attempt is lost, and
    /// another worker has the next. Otherwise a worker could end a job with a model that is not
    /// there, or hand its owner the bytes of somebody else.
    private func examine(_ reports: [Report], of session: SessionNumber) async {
        let blobs = self.blobs
        let examined = try? await FileThreads.run {
            reports.map { report in
                let trial = report.lease.trial
                let isBrought = report.outputs.allSatisfy {
                    blobs.find($0.blob.digest, broughtBy: .trial(trial)) == $0.blob
                }
                guard !isBrought else { return report }
                let loss = Loss(.crashed, "it names outputs that were not brought")
                return Report(report.lease, .lost(loss))
            }
        }
        // Without threads the head is ending; the worker says it again to the next.
        if let examined { self.loop.post(.reported(session, examined)) }
    }

    private enum Skipped { case finished, abandoned }

    private static func skip(_ queue: ChunkQueue) async -> Skipped {
        while true {
            switch await queue.next() {
            case .chunks: continue
            case .finished: return .finished
            case .abandoned: return .abandoned
            }
        }
    }

    private func judge(
        _ question: @escaping @Sendable (Coordinator) -> BlobJudgement
    ) async throws -> Blob {
        switch try await self.loop.ask(question) {
        case .allowed(let blob): return blob
        case .refused(let reason): throw BlobError(.missing, reason)
        }
    }
}

extension Report {
    /// The blobs that it names.
    var outputs: [Output] {
        guard case .finished(let outcome) = self.event,
            case .scored(_, let outputs) = outcome.result
        else { return [] }
        return outputs
    }
}
