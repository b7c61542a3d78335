import CoordinatorCore
import Wire
import WorkerCore

/// The latest that happened, for the day when an invariant breaks.
struct Chronicle: Sendable {
    private var entries: [(at: Instant, note: Note)] = []
    private var count = 0

    /// Entries kept: enough to see what led to a failure, few enough to read.
    private static let entriesMax = 150

    enum Note: Sendable {
        case headStarted(epoch: UInt32)
        case headCrashed
        case toHead(CoordinatorCore.Event)
        case byHead(CoordinatorCore.Directive)
        case workerStarted(String)
        case workerCrashed(String)
        case toWorker(String, WorkerCore.Event)
        case byWorker(String, WorkerCore.Directive)
        case linkBroke(String)
    }

    mutating func add(_ note: Note, at instant: Instant) {
        if self.entries.count < Self.entriesMax {
            self.entries.append((instant, note))
        } else {
            self.entries[self.count % Self.entriesMax] = (instant, note)
        }
        self.count += 1
    }

    /// The latest entries, the oldest first, one in a line.
    var tail: String {
        let start = self.entries.count < Self.entriesMax ? 0 : self.count % Self.entriesMax
        return (self.entries[start...] + self.entries[..<start]).map { entry in
            "\(entry.at.sinceOrigin) \(Self.words(entry.note))"
        }.joined(separator: "\n")
    }

    private static func words(_ note: Note) -> String {
        // A study would fill the page.
        if case .byHead(.propose(let job, _, let count)) = note {
            return "byHead(propose \(count) for \(job))"
        }
        let names = ["CoordinatorCore.", "WorkerCore.", "Wire.", "LinkMessage."]
        return names.reduce(into: "\(note)") { words, name in
            words = words.split(separator: name).joined()
        }
    }
}
