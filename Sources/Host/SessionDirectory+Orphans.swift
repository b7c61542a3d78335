import Glibc

extension SessionDirectory {
    /// What lies in a place, nothing of it touched.
    package struct Census: Equatable, Sendable {
        /// Paths of the directories whose owner lives.
        package internal(set) var alive: [String] = []
        /// Of those whose owner is dead: the next start of their user removes them.
        package internal(set) var orphans: [String] = []
        /// Of those that an operator asked to keep.
        package internal(set) var retained: [String] = []
    }

    /// Counts the session directories below `place`: root those of everybody, others their own.
    ///
    /// - Throws: `HostError` when the place cannot be read.
    package static func census(under place: String) throws(HostError) -> Census {
        let parent = try Self.open(place: place)
        var census = Census()
        for name in try Self.sessionNames(in: parent, at: place) {
            let path = Self.path(name, below: place)
            switch try Self.judge(
                name, in: parent, path: path, whose: geteuid() == 0 ? nil : geteuid())
            {
            case .alive: census.alive.append(path)
            case .orphan: census.orphans.append(path)
            case .retained: census.retained.append(path)
            case .notOurs: continue
            }
        }
        return census
    }

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
        for name in try Self.sessionNames(in: parent, at: place) {
            let path = Self.path(name, below: place)
            do throws(HostError) {
                let verdict = try Self.judge(name, in: parent, path: path, whose: geteuid())
                guard case .orphan(let directory) = verdict else { continue }
                try Self.remove(directory, called: name, in: parent, path: path)
                reaping.removed.append(path)
            } catch {
                reaping.failures.append(error)
            }
        }
        return reaping
    }

    private static func sessionNames(
        in parent: Descriptor, at place: String
    ) throws(HostError) -> [String] {
        try Directory.entries(of: parent, at: place).compactMap(\.text).filter(Self.isSessionName)
    }

    private enum Verdict {
        /// Its owner is dead. It is locked for as long as the descriptor lives.
        case orphan(Descriptor)
        case alive
        case notOurs
        case retained
    }

    /// - Parameter owner: Whose directories count; nil for everybody's.
    private static func judge(
        _ name: String, in parent: Descriptor, path: String, whose owner: uid_t?
    ) throws(HostError) -> Verdict {
        // 1) A directory of ours, and no link to one.
        let number = openat(parent.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { return .notOurs }
        let directory = Descriptor(adopting: number)
        let user = try directory.status(of: path).st_uid
        guard user == owner ?? user else { return .notOurs }

        // 2) Nobody lives there.
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else { return .alive }
        guard Self.isStill(directory, called: name, in: parent) else { return .alive }

        // 3) The mark says that it may go.
        switch try Self.mark(in: directory, by: user, path: path) {
        case .present(let mark): return mark.ending == .removed ? .orphan(directory) : .retained
        // Its owner died between making the directory and marking it.
        case .unfinished: return .orphan(directory)
        case .foreign: return .notOurs
        }
    }

    private enum FoundMark {
        case present(Mark)
        /// Nothing is in the directory but the beginning of a mark.
        case unfinished
        case foreign
    }

    private static func mark(
        in directory: Descriptor, by user: uid_t, path: String
    ) throws(HostError) -> FoundMark {
        let others = try Directory.entries(of: directory, at: path)
            .filter { $0.text != Mark.fileName }
        let number = openat(
            directory.number, Mark.fileName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { return others.isEmpty ? .unfinished : .foreign }

        let file = Descriptor(adopting: number)
        guard try file.status(of: path).st_uid == user else { return .foreign }
        let text = try file.read(upTo: Mark.bytesMax, from: "\(path)/\(Mark.fileName)")
        if let mark = Mark(text: text) { return .present(mark) }

        let beginning = Array(Mark(ending: .removed).text.utf8).starts(with: text)
        return beginning && others.isEmpty ? .unfinished : .foreign
    }
}
