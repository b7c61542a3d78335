import Glibc
import Synchronization

/// A file for each job in the log directory: what was said of it while it ran, and nothing after.
///
/// ```
///            begin                       seal
/// (nothing) ───────▶ job-j17.log, 0600 ───────▶ job-j17.log, 0400 ───▶ removed, the oldest first
///                      lines are added             nobody adds
/// ```
///
/// A record belongs to the job that its field `job` names. It stands in the daemon's own log as
/// well, so that nothing is lost where a file is full, sealed or gone. What decides whether a file
/// is sealed is its mode, which outlives us; root, whom modes do not stop, asks for it too.
package final class JobLogs: LogSink {
    /// Files of ended jobs that are kept: some weeks of a busy head.
    package static let filesMax = 1000
    /// One file, in bytes: a job of 100,000 trials that all fail is told in half of it.
    static let bytesMax = 16 << 20

    private let directory: String
    private let format: LineSink.Format
    /// The sealed files, the oldest first.
    private let sealed: Mutex<[String]>

    /// - Throws: `HostError` when others could change what is in the directory.
    package init(in directory: String, format: LineSink.Format) throws(HostError) {
        try PrivateDirectory.ensure(directory, others: .mayRead)
        let files = try Directory.names(at: directory).filter(Self.isName).compactMap { name in
            Self.status(of: "\(directory)/\(name)").map { (name: name, status: $0) }
        }
        let old = files.filter { Self.isSealed($0.status) }
            .sorted { ($0.status.age, $0.name) < ($1.status.age, $1.name) }
        self.directory = directory
        self.format = format
        self.sealed = Mutex(old.map(\.name))
    }

    package func write(_ record: LogRecord) {
        guard let job = record.fields.first(where: { $0.name == "job" })?.value else { return }
        guard let name = Self.name(job),
            let file = Self.open(self.path(name), O_WRONLY | O_APPEND)
        else { return }
        // What has room is written whole: the last line may stand over the bound.
        guard let size = file.openSize, size < Self.bytesMax else { return }
        let line = record.line(self.format)
        LineSink.write(line, to: file.descriptor.number)
        guard size + line.utf8.count >= Self.bytesMax else { return }
        let last = LogRecord(
            time: record.time, level: .warning, logger: record.logger,
            message: "this file is full: what follows is in the daemon's own log", fields: [])
        LineSink.write(last.line(self.format), to: file.descriptor.number)
    }

    /// Makes the file of a job that has just been accepted.
    package func begin(_ job: String) {
        guard let name = Self.name(job) else { return }
        // A job of that name whose journal is gone: its file keeps what it says, under another.
        if let status = Self.status(of: self.path(name)) {
            self.seal(file: name)
            let aside = "job-\(job).\(status.age).log"
            rename(self.path(name), self.path(aside))
            self.sealed.withLock { names in names = names.map { $0 == name ? aside : $0 } }
        }
        self.make(name)
    }

    /// Goes on after a restart: those who live have a file, and those who ended meanwhile are
    /// sealed.
    package func resume(live: Set<String>) {
        let living = live.sorted().compactMap(Self.name)
        for name in (try? Directory.names(at: self.directory)) ?? [] where Self.isName(name) {
            if !living.contains(name) { self.seal(file: name) }
        }
        for name in living { self.make(name) }
    }

    /// Nobody writes to the job's file any more, now and after every restart.
    package func seal(_ job: String) {
        if let name = Self.name(job) { self.seal(file: name) }
    }

    private func seal(file name: String) {
        guard let file = Self.open(self.path(name), O_RDONLY), file.openSize != nil else { return }
        fdatasync(file.descriptor.number)
        guard fchmod(file.descriptor.number, 0o400) == 0 else { return }
        let superfluous = self.sealed.withLock { names in
            names.append(name)
            let count = max(0, names.count - Self.filesMax)
            defer { names.removeFirst(count) }
            return Array(names.prefix(count))
        }
        for name in superfluous { unlink(self.path(name)) }
    }

    // MARK: Files

    private struct File {
        let descriptor: Descriptor
        let status: stat

        /// In bytes; nil for what is sealed, or not ours alone.
        var openSize: Int? {
            let isOpen =
                self.status.st_mode & (S_IFMT | 0o7777) == S_IFREG | 0o600
                && self.status.st_uid == geteuid()
            return isOpen ? Int(self.status.st_size) : nil
        }
    }

    private static func open(_ path: String, _ flags: CInt) -> File? {
        // Without O_NONBLOCK a pipe of that name would hold us here for ever.
        let number = Glibc.open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(adopting: number)
        guard let status = try? descriptor.status(of: path) else { return nil }
        return File(descriptor: descriptor, status: status)
    }

    private func make(_ name: String) {
        let number = Glibc.open(
            self.path(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        if number >= 0 { close(number) }
    }

    private func path(_ name: String) -> String { "\(self.directory)/\(name)" }

    /// The file of a job; nil for what is no job's name, which becomes no path.
    private static func name(_ job: String) -> String? {
        job.wholeMatch(of: /j[0-9]{1,20}/) != nil ? "job-\(job).log" : nil
    }

    /// `job-j17.log`, or `job-j17.1795435200.log` for one that was put aside.
    private static func isName(_ name: String) -> Bool {
        name.wholeMatch(of: /job-j[0-9]{1,20}(\.[0-9]{1,20})?\.log/) != nil
    }

    private static func status(of path: String) -> stat? {
        var status = Glibc.stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    private static func isSealed(_ status: stat) -> Bool {
        status.st_mode & (S_IFMT | 0o7777) == S_IFREG | 0o400
    }
}

extension stat {
    /// When it was changed last, in seconds since 1970.
    fileprivate var age: Int { self.st_mtim.tv_sec }
}
