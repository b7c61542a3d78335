import Glibc
import Host
import Transport
import Wire

extension AuditLog {
    /// Appends to the last segment, and begins the next when it is full.
    struct Writer: Sendable {
        private let directory: AuditDirectory
        private let segmentBytesMax: Int
        private var tip: AuditTip
        private var segment: Int
        private var file: Descriptor
        private var fileBytes: Int
        private let tipFile: Descriptor
        private var pending: [UInt8] = []

        // MARK: Opening

        /// - Returns: also what a killed head left of its last line, in words; nil when nothing.
        static func open(
            _ directory: AuditDirectory, segmentBytesMax: Int
        ) throws(HostError) -> (Writer, torn: String?) {
            try PrivateDirectory.ensure(directory.path, others: .areShutOut)
            let segments = try directory.segments()
            let known = try directory.readTip()
            guard let last = segments.last else {
                guard known == nil || known == AuditTip.none else {
                    throw Self.cut(directory, "has no segment")
                }
                let writer = try Writer(
                    directory, segmentBytesMax, after: .none, segment: 1, bytes: 0)
                return (writer, nil)
            }
            let bytes = try directory.read(last)
            let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let torn = bytes.count - end
            let tip = try Self.tip(of: bytes[..<end], segments, directory)
            try Self.demand(known, in: bytes[..<end], tip, directory)
            guard torn > 0 else {
                let writer = try Writer(
                    directory, segmentBytesMax, after: tip, segment: last, bytes: bytes.count)
                return (writer, nil)
            }
            // What is torn stays as it is; the chain goes on in a file of its own, and says so.
            let writer = try Writer(
                directory, segmentBytesMax, after: tip, segment: last + 1, bytes: 0)
            return (
                writer, "\(torn) bytes of a torn line at the end of \(AuditDirectory.name(last))"
            )
        }

        /// What the last whole line makes; of a segment without one, that of the segment before.
        private static func tip(
            of bytes: ArraySlice<UInt8>, _ segments: [Int], _ directory: AuditDirectory
        ) throws(HostError) -> AuditTip {
            guard bytes.isEmpty else { return try Self.lastTip(of: bytes, directory) }
            guard let before = segments.dropLast().last else { return .none }
            let earlier = try directory.read(before)
            let end = earlier.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            return try Self.lastTip(of: earlier[..<end], directory)
        }

        private static func lastTip(
            of bytes: ArraySlice<UInt8>, _ directory: AuditDirectory
        ) throws(HostError) -> AuditTip {
            let body = bytes.dropLast()
            let begin = body.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? body.startIndex
            guard let line = AuditLine(body[begin...]) else {
                throw Self.cut(directory, "ends with a line that is none of an audit log")
            }
            return AuditTip(sequence: line.sequence, of: body[begin...])
        }

        /// The chain must reach as far as it was once known to.
        private static func demand(
            _ known: AuditTip?, in bytes: ArraySlice<UInt8>, _ tip: AuditTip,
            _ directory: AuditDirectory
        ) throws(HostError) {
            guard let known else { throw Self.cut(directory, "has lost its tip") }
            guard known.sequence <= tip.sequence else {
                throw Self.cut(
                    directory,
                    "ends with sequence \(tip.sequence), and its tip says \(known.sequence)")
            }
            guard known.sequence < tip.sequence || known == tip else {
                throw Self.cut(directory, "ends with another line than its tip says")
            }
        }

        private static func cut(_ directory: AuditDirectory, _ what: String) -> HostError {
            HostError(
                .malformed,
                """
                the audit log \(directory.path) \(what): it was cut or altered; look at it by \
                assay audit verify, keep it elsewhere, and start with none
                """)
        }

        private init(
            _ directory: AuditDirectory, _ segmentBytesMax: Int, after tip: AuditTip, segment: Int,
            bytes: Int
        ) throws(HostError) {
            self.directory = directory
            self.segmentBytesMax = segmentBytesMax
            self.tip = tip
            self.segment = segment
            self.fileBytes = bytes
            // The tip first: lines without one would look like lines whose tip was removed.
            self.tipFile = try Self.openFile(directory.tipPath, CInt(0))
            try Self.write(tip, to: self.tipFile, directory)
            self.file = try Self.openFile(directory.segmentPath(segment), O_APPEND)
            try Self.sync(directory)
        }

        private static func openFile(
            _ path: String, _ flags: CInt
        ) throws(HostError) -> Descriptor {
            let number = Glibc.open(
                path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, mode_t(0o600))
            guard number >= 0 else { throw HostError(failedTo: "open \(path)", errno) }
            return Descriptor(adopting: number)
        }

        /// A file that is made must be there after a power cut.
        private static func sync(_ directory: AuditDirectory) throws(HostError) {
            let number = Glibc.open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard number >= 0 else { throw HostError(failedTo: "open \(directory.path)", errno) }
            let opened = Descriptor(adopting: number)
            guard opened.withNumber({ fsync($0) }) == 0 else {
                throw HostError(failedTo: "make \(directory.path) durable", errno)
            }
        }

        // MARK: Writing

        mutating func append(_ act: Act, at moment: Instant) throws(HostError) {
            if self.fileBytes + self.pending.count >= self.segmentBytesMax {
                try self.commit()
                self.segment += 1
                self.file = try Self.openFile(
                    self.directory.segmentPath(self.segment), O_APPEND | O_EXCL)
                try Self.sync(self.directory)
                self.fileBytes = 0
            }
            let line = AuditLine(act, at: moment, after: self.tip)
            let bytes = line.bytes
            self.tip = AuditTip(sequence: line.sequence, of: bytes)
            self.pending += bytes
            self.pending.append(UInt8(ascii: "\n"))
        }

        /// Makes what was appended durable, then says so in the tip.
        mutating func commit() throws(HostError) {
            guard !self.pending.isEmpty else { return }
            let path = self.directory.segmentPath(self.segment)
            let (file, pending) = (self.file, self.pending)
            try pending.span.bytes.withUnsafeBytes { bytes throws(HostError) in
                try file.write(bytes, to: path)
            }
            guard file.withNumber({ fdatasync($0) }) == 0 else {
                throw HostError(failedTo: "make \(path) durable", errno)
            }
            self.fileBytes += pending.count
            self.pending.removeAll(keepingCapacity: pending.count <= 1 << 20)
            try Self.write(self.tip, to: self.tipFile, self.directory)
        }

        /// In place, and not made durable by itself: after a power cut it may be older than the
        /// lines, and never newer.
        private static func write(
            _ tip: AuditTip, to file: Descriptor, _ directory: AuditDirectory
        ) throws(HostError) {
            let text = Array(tip.text.utf8)
            let count = file.withNumber { number in
                text.withUnsafeBytes { pwrite(number, $0.baseAddress, $0.count, 0) }
            }
            guard count == text.count else {
                throw HostError(failedTo: "write \(directory.tipPath)", errno)
            }
        }
    }
}
