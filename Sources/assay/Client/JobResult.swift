import Crypto
import GRPCCore
import Glibc
import Host
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
        case files(OutputDirectory)
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
            let directory = OutputDirectory(path, names: names)
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

/// The files that the best trial of a command left, in a directory that only its owner can read:
/// nobody has looked at them yet.
///
/// Nothing is written anywhere else: a name that is no plain one was refused long before. Like a
/// model's directory it is written beside its place and then given the name.
struct OutputDirectory: Sendable {
    let path: String
    /// What the job says that it leaves.
    private let names: [String]

    init(_ path: String, names: [String]) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        self.names = names
    }

    /// Whether the path may be written: nothing is there, or files of an earlier run of such a job.
    func requireWritable() throws(CommandError) {
        let parent = ModelDirectory.parent(of: self.path)
        guard access(parent, W_OK | X_OK) == 0 else {
            throw CommandError(
                .usage,
                "\(self.path): cannot be written in \(parent): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard lstat(self.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, let found = try? Directory.names(at: self.path),
            found.allSatisfy(self.names.contains)
        else {
            throw CommandError(
                .usage,
                """
                \(self.path): is there already and holds something else than outputs of this job, \
                so it will not be replaced; name another output
                """)
        }
    }

    func write(_ files: [ModelFile]) throws(CommandError) {
        try self.requireWritable()
        let draft = "\(self.path).draft-\(getpid())"
        guard mkdir(draft, 0o700) == 0 else {
            throw CommandError(.failed, HostError(failedTo: "make \(draft)", errno).description)
        }
        var written: [String] = []
        do throws(HostError) {
            for (name, bytes) in files {
                try AtomicFile.write(
                    bytes, to: "\(draft)/\(name)", readers: .owner, existing: .refused)
                written.append(name)
            }
            try self.publish(draft)
        } catch {
            for name in written { unlink("\(draft)/\(name)") }
            rmdir(draft)
            throw CommandError(.failed, error.description)
        }
    }

    private func publish(_ draft: String) throws(HostError) {
        let old = "\(self.path).old-\(getpid())"
        let replaces = rename(self.path, old) == 0
        guard rename(draft, self.path) == 0 else {
            let problem = errno
            if replaces { rename(old, self.path) }
            throw HostError(failedTo: "write \(self.path)", problem)
        }
        guard replaces else { return }
        for name in self.names { unlink("\(old)/\(name)") }
        rmdir(old)
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
