import Glibc
import Wire

/// What a command's attendant is told: which program, and what it may use.
///
/// As words that each end with a zero, in memory of its own: it is read in the sandbox, before the
/// program of a user runs there.
struct CommandOrder: Equatable, Sendable {
    let arguments: [String]
    /// `NAME=value`.
    let environment: [String]
    /// Names of files that are kept.
    let outputs: [String]
    /// One of them, in bytes.
    let outputBytesMax: UInt64
    /// Where the program is looked for when it is named without a slash.
    let path: String
    let limits: Limits

    /// Of each process, and of the user; never raised again.
    struct Limits: Equatable, Sendable {
        /// Data of one process, in bytes.
        let dataBytes: UInt64
        /// All that one process maps, in bytes; nil where a control group bounds the memory.
        let mappedBytes: UInt64?
        let cpuSeconds: UInt64
        let fileBytes: UInt64
        let processes: UInt64
        let files: UInt64
    }

    /// The longest, in bytes: a command as a message, and what the sandbox says beside it.
    static let bytesMax = 1 << 20

    /// Open files of one process: what Linux gives by default.
    static let filesMax: UInt64 = 1024

    // MARK: As bytes

    private static let format = "assay-command-1"

    var encoded: [UInt8] {
        let numbers = [
            self.outputBytesMax, self.limits.dataBytes, self.limits.mappedBytes ?? 0,
            self.limits.cpuSeconds, self.limits.fileBytes, self.limits.processes,
            self.limits.files, UInt64(self.arguments.count), UInt64(self.environment.count),
            UInt64(self.outputs.count),
        ]
        let words =
            [Self.format, self.path] + numbers.map(String.init) + self.arguments
            + self.environment + self.outputs
        return words.flatMap { Array($0.utf8) + [0] }
    }

    /// Nil for anything that a worker of this version does not say.
    init?(decoding bytes: [UInt8]) {
        guard bytes.last == 0 else { return nil }
        var words = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }[...]
        guard words.popFirst() == Self.format, let path = words.popFirst() else { return nil }
        var numbers: [UInt64] = []
        for _ in 0..<10 {
            guard let number = words.popFirst().flatMap({ UInt64($0) }) else { return nil }
            numbers.append(number)
        }
        let counts = numbers[7...].map { Int(clamping: $0) }
        guard counts.allSatisfy({ $0 <= words.count }), counts.reduce(0, +) == words.count,
            counts[0] > 0
        else { return nil }
        self.path = path
        self.outputBytesMax = numbers[0]
        self.limits = Limits(
            dataBytes: numbers[1], mappedBytes: numbers[2] == 0 ? nil : numbers[2],
            cpuSeconds: numbers[3], fileBytes: numbers[4], processes: numbers[5],
            files: numbers[6])
        self.arguments = Array(words.prefix(counts[0]))
        self.environment = Array(words.dropFirst(counts[0]).prefix(counts[1]))
        self.outputs = Array(words.suffix(counts[2]))
    }

    init(
        arguments: [String], environment: [String], outputs: [String], outputBytesMax: UInt64,
        path: String, limits: Limits
    ) {
        self.arguments = arguments
        self.environment = environment
        self.outputs = outputs
        self.outputBytesMax = outputBytesMax
        self.path = path
        self.limits = limits
    }
}
