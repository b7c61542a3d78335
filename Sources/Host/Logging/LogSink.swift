import CSystemd
import Glibc

/// Where records go.
package protocol LogSink: Sendable {
    func write(_ record: LogRecord)
}

/// Lines to a descriptor: standard error, or a log file.
///
/// Each record is one `write`, so lines of several threads or processes do not mix. A log that
/// cannot be written is dropped: a full disk must not stop a daemon.
package struct LineSink: LogSink {
    package enum Format: String, CaseIterable, Sendable {
        case text, json
    }

    private let descriptor: CInt
    private let format: Format
    private let owner: Descriptor?

    /// Lines to standard error, which stays open as long as the process lives.
    package static func standardError(_ format: Format) -> Self {
        Self(descriptor: STDERR_FILENO, format: format, owner: nil)
    }

    /// Lines to the end of `DIRECTORY/NAME.log`, mode 0600, which is made where it is missing.
    ///
    /// - Throws: `HostError` with code `unsafe` when others could read or replace the file.
    package static func file(
        named name: String, in directory: String, format: Format
    ) throws(HostError) -> Self {
        precondition(!name.contains("/"), "a log file's name is no path")
        try PrivateDirectory.ensure(directory, others: .mayRead)
        let path = "\(directory)/\(name).log"
        let number = try posix("write the log file \(path)") {
            open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        }
        let file = Descriptor(adopting: number)
        let status = try file.status(of: path)
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else {
            throw HostError(
                .unsafe,
                """
                the log file \(path) is not ours alone (mode \(SecretFile.octal(status.st_mode))); \
                chmod 600 it or choose another --log-dir
                """)
        }
        return Self(descriptor: number, format: format, owner: file)
    }

    package func write(_ record: LogRecord) {
        Self.write(record.line(self.format), to: self.descriptor)
        withExtendedLifetime(self.owner) {}
    }

    static func write(_ line: String, to descriptor: CInt) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    guard errno == EINTR || errno == EAGAIN && Self.waitForRoom(descriptor)
                    else { return }
                } else {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
            }
        }
    }

    /// Standard error may be a pipe that somebody set not to block.
    private static func waitForRoom(_ number: CInt) -> Bool {
        var descriptor = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, Self.roomTimeout_ms) > 0
    }

    /// How long a full pipe may hold up whoever speaks, in milliseconds.
    private static let roomTimeout_ms: CInt = 100
}

/// Records to journald, with their variables as fields: `journalctl ASSAY_WORKER=w3`.
package struct JournalSink: LogSink {
    /// Whether standard error leads to the journal. Only then: without journald the native protocol
    /// loses every message and says nothing.
    package static func isConnected(environment: Environment = .process) -> Bool {
        guard let stream = environment["JOURNAL_STREAM"] else { return false }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    package init() {}

    package func write(_ record: LogRecord) {
        let bytes = record.journal.map { Array($0.utf8) }
        // One buffer under all parts, so that their addresses stay put during the call.
        var storage = bytes.flatMap { $0 }
        storage.withUnsafeMutableBytes { storage in
            var parts: [iovec] = []
            var offset = 0
            for part in bytes {
                let start = storage.baseAddress?.advanced(by: offset)
                parts.append(iovec(iov_base: start, iov_len: part.count))
                offset += part.count
            }
            sd_journal_sendv(parts, CInt(parts.count))
        }
    }
}
