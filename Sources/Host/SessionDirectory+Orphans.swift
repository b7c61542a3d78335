import Glibc

extension SessionDirectory {
    /// What a start found of earlier lives.
    package struct Reaping: Sendable {
        /// Paths of the directories that are gone now.
        package internal(set) var removed: [String] = []
        /// What could not be removed, and why. No reason not to start.
        package internal(set) var failures: [HostError] = []
    }

    /// Removes the session directories whose owner is dead.
    ///
    /// A directory goes only if its name is one of ours, it belongs to our user, nobody holds its
    /// lock, and it carries our mark, which does not ask for it to be retained. The lock is taken
    /// before anything is judged, so an owner that begins at this moment is never robbed: either it
    /// has the lock, or it finds its directory gone and makes another.
    package static func reapOrphans(under place: String) throws(HostError) -> Reaping {
        let parent = try Self.open(place: place)
        var reaping = Reaping()
        for entry in try Directory.entries(of: parent, at: place) {
            guard let name = entry.text, Self.isSessionName(name) else { continue }
            let path = place.hasSuffix("/") ? place + name : "\(place)/\(name)"
            do throws(HostError) {
                if try Self.reap(name, in: parent, path: path) == .removed {
                    reaping.removed.append(path)
                }
            } catch {
                reaping.failures.append(error)
            }
        }
        return reaping
    }

    private enum Verdict {
        case removed
        case alive
        case notOurs
        case retained
    }

    private static func reap(
        _ name: String, in parent: Descriptor, path: String
    ) throws(HostError) -> Verdict {
        // 1) A directory of ours, and no link to one.
        let number = openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return .notOurs }
        let directory = Descriptor(adopting: number)
        guard try directory.status(of: path).st_uid == geteuid() else { return .notOurs }

        // 2) Nobody lives there.
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else { return .alive }
        guard Self.isStill(directory, called: name, in: parent) else { return .alive }

        // 3) The mark says that it may go.
        switch try Self.mark(in: directory, path: path) {
        case .present(let mark):
            guard mark.ending == .removed else { return .retained }
        case .unfinished:
            // Its owner died between making the directory and marking it.
            break
        case .foreign:
            return .notOurs
        }
        try Self.remove(directory, called: name, in: parent, path: path)
        return .removed
    }

    private enum FoundMark {
        case present(Mark)
        /// Nothing is in the directory but the beginning of a mark.
        case unfinished
        case foreign
    }

    private static func mark(in directory: Descriptor, path: String) throws(HostError) -> FoundMark
    {
        let others = try Directory.entries(of: directory, at: path)
            .filter { $0.text != Mark.fileName }
        let number = openat(
            directory.number, Mark.fileName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return others.isEmpty ? .unfinished : .foreign }

        let file = Descriptor(adopting: number)
        guard try file.status(of: path).st_uid == geteuid() else { return .foreign }
        let text = try file.read(upTo: Mark.bytesMax, from: "\(path)/\(Mark.fileName)")
        if let mark = Mark(text: text) { return .present(mark) }

        let beginning = Array(Mark(ending: .removed).text.utf8).starts(with: text)
        return beginning && others.isEmpty ? .unfinished : .foreign
    }
}
