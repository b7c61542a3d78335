/// How long a worker keeps a data set, and where: from the least to the most.
package enum CacheMode: String, CaseIterable, Comparable, Hashable, Sendable {
    /// In memory, while a trial that reads it is here.
    case off
    /// In memory, for the next trial, until others need the room.
    case memory
    /// Beyond that sealed on the worker's disk, by a key that lives in its memory.
    case disk

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .off: 0
        case .memory: 1
        case .disk: 2
        }
    }
}
