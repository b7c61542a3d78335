import Glibc

/// What a worker tells a runner before it runs: the arguments behind `assay runner`.
///
/// Arguments rather than a first message, because they decide how the runner confines itself, and
/// it reads nothing before it is confined.
struct RunnerSettings: Equatable, Sendable {
    /// The worker.
    let parent: pid_t
    /// Whom to become when the worker is root.
    let user: Privileges.User?
    /// Memory of its own, in bytes; nil leaves it to the kernel.
    let memoryBytesMax: UInt64?
    /// One output, in bytes.
    let outputBytesMax: UInt64

    var arguments: [String] {
        var arguments = ["--parent", "\(self.parent)", "--output-bytes", "\(self.outputBytesMax)"]
        if let user { arguments += ["--uid", "\(user.uid)", "--gid", "\(user.gid)"] }
        if let memoryBytesMax { arguments += ["--memory-bytes", "\(memoryBytesMax)"] }
        return arguments
    }

    init(
        parent: pid_t, user: Privileges.User?, memoryBytesMax: UInt64?, outputBytesMax: UInt64
    ) {
        self.parent = parent
        self.user = user
        self.memoryBytesMax = memoryBytesMax
        self.outputBytesMax = outputBytesMax
    }

    /// Nil for anything that a worker does not say.
    init?(arguments: [String]) {
        guard arguments.count.isMultiple(of: 2) else { return nil }
        var values: [String: UInt64] = [:]
        for index in stride(from: 0, to: arguments.count, by: 2) {
            guard let value = UInt64(arguments[index + 1]) else { return nil }
            guard values.updateValue(value, forKey: arguments[index]) == nil else { return nil }
        }
        guard let parent = values.removeValue(forKey: "--parent").flatMap(pid_t.init(exactly:)),
            let outputBytesMax = values.removeValue(forKey: "--output-bytes")
        else { return nil }
        let uid = values.removeValue(forKey: "--uid").flatMap(uid_t.init(exactly:))
        let gid = values.removeValue(forKey: "--gid").flatMap(gid_t.init(exactly:))
        let memoryBytesMax = values.removeValue(forKey: "--memory-bytes")
        guard values.isEmpty, (uid == nil) == (gid == nil) else { return nil }
        self.init(
            parent: parent,
            user: uid.flatMap { uid in gid.map { Privileges.User(uid: uid, gid: $0) } },
            memoryBytesMax: memoryBytesMax, outputBytesMax: outputBytesMax)
    }
}
