import Crypto
import GRPCCore
import Transport
import Wire

/// What a job ends with, for whoever follows it here.
enum JobResult: Equatable, Sendable {
    case nothing, model
    /// Files of these names, as the best trial of a command left them.
    case files([String])

    /// Where it goes.
    enum Destination: Sendable {
        case model(ModelDirectory)
        case files(ResultDirectory)
    }

    /// The place for it, judged before anything starts; nil when there is nothing to bring.
    func destination(_ path: String) throws(CommandError) -> Destination? {
        switch self {
        case .nothing: return nil
        case .model:
            let directory = ModelDirectory(path)
            try directory.requireWritable()
            return .model(directory)
        case .files(let names):
            let directory = ResultDirectory.outputs(path, names: names)
            try directory.requireWritable()
            return .files(directory)
        }
    }

    /// What its directory is called when nobody says.
    var suffix: String {
        switch self {
        case .nothing, .model: ".model"
        case .files: ".out"
        }
    }
}

extension ResultDirectory {
    /// The files that the best trial of a command left, in a directory that only its owner can
    /// read: nobody has looked at them yet.
    ///
    /// - Parameter names: what the job says that it leaves: plain names, or they were refused
    ///   long before.
    static func outputs(_ path: String, names: [String]) -> ResultDirectory {
        ResultDirectory(
            path, entries: names, readers: .owner,
            complaint: "holds something else than outputs of this job")
    }
}

/// Brings what a trial of a command left.
enum OutputFetch {
    static func files(of job: Assay_V1_Job, from head: HeadClient) async throws -> [ModelFile] {
        var files: [ModelFile] = []
        for message in job.best.outcome.scored.outputs {
            // A name that leads elsewhere is refused here, whatever the head thinks of it.
            let output = try Output(message)
            files.append((output.name, try await Self.bytes(of: output, job, from: head)))
        }
        return files
    }

    private static func bytes(
        of output: Output, _ job: Assay_V1_Job, from head: HeadClient
    ) async throws -> [UInt8] {
        var request = Assay_V1_FetchOutputRequest()
        request.job = job.id
        request.trial = job.best.index
        request.file = output.name
        let message = request
        let size = Int(clamping: output.blob.size)
        let bytes = try await head.jobs.fetch(message) { response in
            var bytes: [UInt8] = []
            for try await chunk in response.messages {
                bytes += chunk.chunk
                guard bytes.count <= size else {
                    throw CommandError(.failed, "\(output.name) is longer than the head said")
                }
            }
            return bytes
        }
        guard Digest(sha256: SHA256.hash(data: bytes).map { $0 }) == output.blob.digest else {
            throw CommandError(.failed, "\(output.name) of \(job.id) arrived damaged")
        }
        return bytes
    }
}
