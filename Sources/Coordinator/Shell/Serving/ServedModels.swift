import Crypto
import Engine
import GRPCCore
import NIOPosix
import Synchronization
import Wire

/// Models that the head answers rows with, and the one thread that does it.
///
/// A model is parsed from the very bytes that the journal names and the head signs, which are
/// hashed once more before. It is kept while there is room; the one that nobody asked for the
/// longest goes first. Neither event loops nor Swift's own threads compute, and no request waits
/// behind more than `Limits.predictionsWaitingMax` others. See docs/decisions/0039.
final class ServedModels: Sendable {
    private let blobs: BlobStore
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Mutex(0)
    private let shelf = Mutex(Shelf())

    init(blobs: BlobStore) { self.blobs = blobs }

    /// Has the thread at work until the task is cancelled.
    func run() async {
        ArithmeticKernel.useOneThread()
        self.thread.start()
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        for await _ in never {}
        withExtendedLifetime(end) {}
        // What fails here is a thread that has ended already.
        try? await self.thread.shutdownGracefully()
    }

    /// Answers the request's rows.
    ///
    /// - Parameter model: whose files the journal names.
    func answer(
        _ request: Assay_V1_PredictRequest, by model: Assay_V1_Model
    ) async throws -> Assay_V1_PredictResponse {
        guard self.enter() else {
            throw RPCError(
                code: .resourceExhausted,
                message: "\(Limits.predictionsWaitingMax) requests wait to be answered: ask later")
        }
        defer { self.waiting.withLock { $0 -= 1 } }
        do {
            return try await self.thread.runIfActive {
                let rows = try NamedRows(request)
                let fitted = try self.fitted(model)
                do throws(TableError) {
                    let frame = try fitted.frame(rows, for: .prediction)
                    return Assay_V1_PredictResponse(try fitted.predict(frame), by: fitted)
                } catch {
                    throw RPCError(code: .invalidArgument, message: "\(error)")
                }
            }
        } catch is CancellationError {
            throw RPCError(code: .unavailable, message: "the head is starting or stopping")
        }
    }

    private func enter() -> Bool {
        self.waiting.withLock { waiting in
            guard waiting < Limits.predictionsWaitingMax else { return false }
            waiting += 1
            return true
        }
    }

    // MARK: Models

    /// Parsed models, the one that was asked for last at the end.
    private struct Shelf {
        var models: [Entry] = []

        struct Entry {
            let files: [Wire.Digest]
            let bytes: UInt64
            let model: FittedModel
        }

        mutating func take(_ files: [Wire.Digest]) -> FittedModel? {
            guard let index = self.models.firstIndex(where: { $0.files == files }) else {
                return nil
            }
            let entry = self.models.remove(at: index)
            self.models.append(entry)
            return entry.model
        }

        mutating func put(_ entry: Entry) {
            self.models.append(entry)
            while self.models.count > Limits.servedModelsMax
                || self.models.reduce(0, { $0 + $1.bytes }) > Limits.servedBytesMax
            {
                self.models.removeFirst()
            }
        }
    }

    private func fitted(_ model: Assay_V1_Model) throws -> FittedModel {
        let files = try [ModelBundle.manifestName, ModelBundle.weightsName].map { name in
            guard let file = model.files.first(where: { $0.name == name }) else {
                throw Self.unfit("the model \(model.id) has no file \(name)")
            }
            return try Blob(file.blob)
        }
        let digests = files.map(\.digest)
        if let fitted = self.shelf.withLock({ $0.take(digests) }) { return fitted }
        let bytes = files.reduce(0) { $0 + $1.size }
        guard bytes <= Limits.servedModelBytesMax else {
            throw Self.unfit(
                """
                the model \(model.id) has \(bytes) bytes, and a head answers with models of at \
                most \(Limits.servedModelBytesMax): fetch it, and use assay predict
                """)
        }
        let fitted = try self.read(files, of: model.id)
        self.shelf.withLock { $0.put(.init(files: digests, bytes: bytes, model: fitted)) }
        return fitted
    }

    private func read(_ files: [Blob], of name: String) throws -> FittedModel {
        let contents = try files.map { file in
            let bytes = try self.blobs.open(file.digest).bytes(at: 0, upTo: Int(file.size))
            guard Self.digest(bytes) == file.digest else {
                throw RPCError(
                    code: .dataLoss, message: "a file of the model \(name) is damaged")
            }
            return bytes
        }
        let bundle: ModelBundle
        do {
            bundle = try ModelBundle(
                manifest: contents[0], weights: contents[1], digest: { "\(Self.digest($0))" })
        } catch {
            throw Self.unfit("the model \(name) cannot be used: \(error)")
        }
        guard case .table(let fitted) = bundle.model else {
            throw Self.unfit(
                "the model \(name) forecasts series, and a head answers rows: use assay predict")
        }
        return fitted
    }

    private static func digest(_ bytes: [UInt8]) -> Wire.Digest {
        Wire.Digest(sha256: Array(SHA256.hash(data: bytes)))
    }

    private static func unfit(_ sentence: String) -> RPCError {
        RPCError(code: .failedPrecondition, message: sentence)
    }
}
