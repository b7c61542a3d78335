import Host
import Wire

/// The lessons that this runner has been to: a table is read and cut into folds once, not once a
/// trial.
///
/// Bounded, since a room holds the table as numbers, several times the size of its CSV.
struct LessonRooms {
    /// A worker rarely has trials of more jobs than this at once.
    static let roomsMax = 2

    /// The last one entered is last.
    private var rooms: [LessonRoom] = []
    private let environmentClass: String

    init(environmentClass: String) { self.environmentClass = environmentClass }

    /// The room of this lesson, furnished on the first visit.
    ///
    /// - Requires: `memory` holds what the lesson reads.
    mutating func enter<Answer>(
        _ lesson: Lesson, _ memory: [Digest: SealedMemory],
        _ body: (inout LessonRoom) throws(ComputationError) -> Answer
    ) throws(ComputationError) -> Answer {
        if let index = self.rooms.firstIndex(where: { $0.lesson == lesson }) {
            self.rooms.append(self.rooms.remove(at: index))
        } else {
            // Before the new one: two tables at once may be more than there is room for.
            if self.rooms.count == Self.roomsMax { self.rooms.removeFirst() }
            self.rooms.append(try LessonRoom(lesson, memory, self.environmentClass))
        }
        return try body(&self.rooms[self.rooms.count - 1])
    }

    /// Forgets what was read from these bytes.
    mutating func forget(_ digest: Digest) {
        self.rooms.removeAll { $0.lesson.blobs.contains { $0.digest == digest } }
    }
}
