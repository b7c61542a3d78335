import Glibc
import Host

/// Where the chain lies: segments that are only ever appended to, and the tip.
///
/// ```
/// audit/   0700    00000001.jsonl 0600 … 00000007.jsonl 0600    tip 0600
/// ```
///
/// The tip says how far the chain reached when it was last made durable. It is written after the
/// lines, so that lines beyond it are in order, and a chain that ends before it was cut.
struct AuditDirectory: Sendable {
    let path: String

    /// The segment after which the next one begins, in bytes: a file that people can still look
    /// into. Segments are never removed by us.
    static let segmentBytesMax = 16 * 1024 * 1024
    /// What a reader takes in of a segment, in bytes: a batch may go over the end by its length.
    static let readBytesMax = 64 * 1024 * 1024

    var tipPath: String { "\(self.path)/tip" }

    func segmentPath(_ number: Int) -> String { "\(self.path)/\(Self.name(number))" }

    static func name(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".jsonl"
    }

    /// The numbers of the segments that are there, ascending.
    func segments() throws(HostError) -> [Int] {
        try Directory.names(at: self.path).compactMap { name in
            guard let number = Int(name.prefix(8)), name == Self.name(number) else { return nil }
            return number
        }.sorted()
    }

    func read(_ segment: Int) throws(HostError) -> [UInt8] {
        try Self.read(self.segmentPath(segment), upTo: Self.readBytesMax)
    }

    /// Nil when there is none, or it is none of ours.
    func readTip() throws(HostError) -> AuditTip? {
        guard access(self.tipPath, F_OK) == 0 || errno != ENOENT else { return nil }
        let bytes = try Self.read(self.tipPath, upTo: 1024)
        return AuditTip(text: String(decoding: bytes, as: UTF8.self))
    }

    private static func read(_ path: String, upTo bytesMax: Int) throws(HostError) -> [UInt8] {
        let number = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw HostError(failedTo: "open \(path)", errno) }
        return try Descriptor(adopting: number).read(upTo: bytesMax, from: path)
    }
}
