/// What an attendant tells its worker: two bytes each, and a descriptor with an output.
///
/// ```
/// began ─▶ exited, signalled or notStarted ─▶ output or noOutput for each ─▶ end of the stream
/// ```
///
/// The attendant shares its sandbox with a user's program. So the worker believes it nothing that
/// could harm anybody but the trial itself: outputs are examined again, costs are the kernel's.
enum AttendantReport: Equatable, Sendable {
    /// The sandbox stands and the program is next.
    case began
    /// The kernel refused to execute it, with this error number.
    case notStarted(UInt8)
    case exited(UInt8)
    case signalled(UInt8)
    /// Sealed memory with the bytes of this output comes with it.
    case output(UInt8)
    case noOutput(UInt8, Absence)

    enum Absence: UInt8, CaseIterable, Sendable {
        case missing = 0
        /// A link, a pipe, a directory.
        case noFile = 1
        case tooLong = 2
        case notReadable = 3

        var sentence: String {
            switch self {
            case .missing: "it left no such file"
            case .noFile: "what it left is no regular file"
            case .tooLong: "it is longer than an output may be"
            case .notReadable: "it could not be read"
            }
        }
    }

    static let byteCount = 2

    var bytes: [UInt8] {
        switch self {
        case .began: [UInt8(ascii: "B"), 0]
        case .notStarted(let number): [UInt8(ascii: "N"), number]
        case .exited(let code): [UInt8(ascii: "X"), code]
        case .signalled(let signal): [UInt8(ascii: "S"), signal]
        case .output(let index): [UInt8(ascii: "O"), index]
        // At most `Limits.blobsPerTrialMax` outputs.
        case .noOutput(let index, let absence): [UInt8(ascii: "M"), index << 2 | absence.rawValue]
        }
    }

    /// Nil for what no attendant says.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "B") where bytes[1] == 0: self = .began
        case UInt8(ascii: "N"): self = .notStarted(bytes[1])
        case UInt8(ascii: "X"): self = .exited(bytes[1])
        case UInt8(ascii: "S"): self = .signalled(bytes[1])
        case UInt8(ascii: "O"): self = .output(bytes[1])
        case UInt8(ascii: "M"):
            guard let absence = Absence(rawValue: bytes[1] & 3) else { return nil }
            self = .noOutput(bytes[1] >> 2, absence)
        default: return nil
        }
    }
}
