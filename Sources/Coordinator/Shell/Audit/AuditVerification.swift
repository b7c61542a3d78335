import Host

/// Follows a chain from its first line to its tip, without a head.
///
/// It finds a line that was altered, removed, inserted or moved, and lines that were cut off the
/// end. It cannot find a chain that somebody who may write to the directory has made anew as a
/// whole: keep `lines` and `digest` of a verification elsewhere, and hand them in the next time.
package struct AuditVerification: Equatable, Sendable {
    /// The sequence number of the first line there is: more than 1 when older segments were moved
    /// elsewhere.
    package let first: UInt64
    /// The sequence number of the last line.
    package let last: UInt64
    /// The SHA-256 of the last line.
    package let digest: String
    /// Bytes of a last line that a killed head did not finish. Nobody was told of its act.
    package let tornBytes: Int

    /// Why the chain does not hold: one sentence that names the first line that does not fit.
    package struct Broken: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String

        init(_ sentence: String) { self.description = sentence }
    }

    /// - Parameters:
    ///   - state: a head's state directory.
    ///   - known: what an earlier verification said of a line, which must still be so.
    /// - Throws: `Broken`, or `HostError` when a file cannot be read.
    package init(state: String, known: (sequence: UInt64, digest: String)? = nil) throws {
        try self.init(
            AuditDirectory(path: StateDirectory.auditPath(in: state)),
            known: known.map { AuditTip(sequence: $0.sequence, digest: $0.digest) })
    }

    init(_ directory: AuditDirectory, known: AuditTip? = nil) throws {
        // Before the lines: a head that runs meanwhile only adds to them.
        guard let tip = try directory.readTip() else {
            throw Broken("\(directory.tipPath) is missing or damaged: the end cannot be checked")
        }
        var chain = Chain()
        chain.marks = [tip, known].compactMap { $0 }.filter { $0 != .none }
        for segment in try directory.segments() {
            try chain.follow(try directory.read(segment), named: segment)
        }
        guard chain.met.contains(tip) || tip == .none else {
            throw Broken(
                """
                the log ends with sequence \(chain.tip.sequence), and its tip says \
                \(tip.sequence): the last lines were removed or altered
                """)
        }
        if let known, !chain.met.contains(known) {
            throw Broken("the line of sequence \(known.sequence) is not the one that was known")
        }
        self.first = chain.first
        self.last = chain.tip.sequence
        self.digest = chain.tip.digest
        self.tornBytes = chain.tornBytes
    }

    /// As far as it was followed.
    struct Chain {
        var first: UInt64 = 0
        var tip = AuditTip.none
        var tornBytes = 0
        /// What must be passed on the way, and what of it was.
        var marks: [AuditTip] = []
        var met: [AuditTip] = []
        private var segment = 0

        mutating func follow(_ bytes: [UInt8], named segment: Int) throws(Broken) {
            guard self.segment == 0 || segment == self.segment + 1 else {
                throw Broken("\(AuditDirectory.name(self.segment + 1)) is missing")
            }
            self.segment = segment
            var rest = bytes[...]
            var number = 0
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                number += 1
                let place = "line \(number) of \(AuditDirectory.name(segment))"
                try self.follow(rest[..<end], at: place, isFirst: number == 1)
                rest = rest[(end + 1)...]
            }
            if !rest.isEmpty { self.tornBytes = rest.count }
        }

        private mutating func follow(
            _ bytes: ArraySlice<UInt8>, at place: String, isFirst: Bool
        ) throws(Broken) {
            guard bytes.count <= AuditLine.bytesMax, let line = AuditLine(bytes) else {
                throw Broken("\(place) is no line of an audit log")
            }
            if self.first == 0 {
                self.first = line.sequence
                // Older segments may lie elsewhere; only the first of all follows nothing.
                if self.segment > 1, line.sequence > 1 {
                    self.tip = AuditTip(sequence: line.sequence - 1, digest: line.previous)
                }
            }
            if self.tornBytes > 0 {
                guard isFirst, line.verb == AuditLog.recover else {
                    throw Broken("\(place) follows a torn line, and does not say so")
                }
                self.tornBytes = 0
            }
            guard line.previous == self.tip.digest, line.sequence == self.tip.sequence &+ 1 else {
                throw Broken(
                    """
                    \(place) (sequence \(line.sequence)) does not follow from the line before it: \
                    one of the two was altered, or a line was removed, inserted or moved
                    """)
            }
            self.tip = AuditTip(sequence: line.sequence, of: bytes)
            if self.marks.contains(self.tip) { self.met.append(self.tip) }
        }
    }
}
