import CHost
import Glibc

/// `assay runner --enter …`: what a worker starts for each command, on its way to be bubblewrap.
///
/// Between the worker and bubblewrap something has to be done that only a process can do to itself:
/// enter control groups, stop being root, ask to die with the worker. Like a runner it does so
/// before it has read a byte, and on one thread.
struct SandboxEntry: Equatable, Sendable {
    /// The worker.
    let parent: pid_t
    /// Whom to become when the worker is root.
    let user: Privileges.User?
    /// Control groups to enter: descriptors from `CommandDescriptor.firstOfMany` on.
    let groups: Int
    /// Files for the sandbox: the descriptors behind those.
    let files: Int

    static let verb = "--enter"

    func arguments(sandbox: String) -> [String] {
        var arguments = [
            Self.verb, sandbox, "\(self.parent)", "\(self.groups)", "\(self.files)",
        ]
        if let user { arguments += ["\(user.uid)", "\(user.gid)"] }
        return arguments
    }

    /// Nil for anything that a worker does not say.
    init?(arguments: [String]) {
        guard arguments.count == 5 || arguments.count == 7, arguments[0] == Self.verb,
            let parent = pid_t(arguments[2]), let groups = Int(arguments[3]),
            let files = Int(arguments[4]), (0...16).contains(groups), (0...1024).contains(files)
        else { return nil }
        var user: Privileges.User?
        if arguments.count == 7 {
            guard let uid = uid_t(arguments[5]), let gid = gid_t(arguments[6]) else { return nil }
            user = Privileges.User(uid: uid, gid: gid)
        }
        self.init(parent: parent, user: user, groups: groups, files: files)
    }

    init(parent: pid_t, user: Privileges.User?, groups: Int, files: Int) {
        self.parent = parent
        self.user = user
        self.groups = groups
        self.files = files
    }

    /// Becomes bubblewrap, or ends with the reason on standard error.
    static func main(_ arguments: [String]) -> Never {
        guard let entry = SandboxEntry(arguments: arguments) else {
            Self.end("assay runner is started by a worker, not by people", .misused)
        }
        do throws(SandboxError) {
            try entry.enter(sandbox: arguments[1])
        } catch {
            Self.end("\(error)", .notConfined)
        }
    }

    private func enter(sandbox: String) throws(SandboxError) -> Never {
        let firstFile = CommandDescriptor.firstOfMany + CInt(self.groups)
        let closed = assay_close_range(CUnsignedInt(firstFile) + CUnsignedInt(self.files), .max)
        guard closed == 0 else { throw SandboxError(refused: "to close descriptors", -closed) }
        try Privileges.requireOneThread()
        Privileges.volunteerForOutOfMemory()
        try self.enterGroups()
        try ResourceLimits.forbidCoreDumps()
        if geteuid() == 0 {
            guard let user = self.user else {
                throw SandboxError("a command may not be root's, and no other user was told")
            }
            try Privileges.become(user)
        }
        try Privileges.forbidNewPrivileges()
        try Privileges.dieWith(parent: self.parent)
        try self.becomeBubblewrap(sandbox)
    }

    /// While we may still be root: whose groups they are, the worker decided.
    private func enterGroups() throws(SandboxError) {
        for index in 0..<CInt(self.groups) {
            let number = CommandDescriptor.firstOfMany + index
            // 0 is whoever writes it.
            guard write(number, "0", 1) == 1 else {
                throw SandboxError(refused: "to enter a control group", errno)
            }
            close(number)
        }
    }

    private func becomeBubblewrap(_ sandbox: String) throws(SandboxError) -> Never {
        let words =
            ["bwrap"] + AttendantProgram.ofThisProcess().binds
            + ["--args", "\(CommandDescriptor.arguments)", "--", CommandRoom.attendant, "runner"]
            + [Attendant.verb]
        CStrings.with(words) { words in
            CStrings.with(["PATH=/usr/bin"]) { environment in
                _ = execve(sandbox, words, environment)
            }
        }
        throw SandboxError(refused: "to run \(sandbox)", errno)
    }

    private static func end(_ sentence: String, _ exit: RunnerExit) -> Never {
        let line = sentence + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
        _exit(exit.rawValue)
    }
}

/// This program and its libraries, as the sandbox needs them for the attendant.
///
/// What is installed is one program, in `/usr`; what was built to be tested has its libraries
/// wherever the compiler lies.
struct AttendantProgram: Equatable, Sendable {
    let program: String
    /// Those outside of `/usr`, which the sandbox has anyway.
    let libraries: [String]

    static func ofThisProcess() -> AttendantProgram {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
        var program = String(decoding: buffer.prefix(count).map(UInt8.init), as: UTF8.self)
        // An upgrade has replaced it: what lies there now says so if it is too new for us.
        if program.hasSuffix(Self.replaced) { program.removeLast(Self.replaced.utf8.count) }
        return AttendantProgram(program: program, maps: Self.maps())
    }

    private static let replaced = " (deleted)"

    /// - Parameter maps: the text of `/proc/self/maps`.
    init(program: String, maps: String) {
        self.program = program
        var seen: Set<String> = [program]
        self.libraries = maps.split(separator: "\n").compactMap { line in
            guard let slash = line.firstIndex(of: "/") else { return nil }
            let path = String(line[slash...])
            let isLibrary = path.contains(".so") && !path.hasPrefix("/usr/")
            return isLibrary && seen.insert(path).inserted ? path : nil
        }
    }

    var binds: [String] {
        var words = ["--ro-bind", self.program, CommandRoom.attendant]
        for path in self.libraries {
            let name = path.split(separator: "/").last ?? ""
            words += ["--ro-bind", path, "\(CommandRoom.libraries)/\(name)"]
        }
        return words
    }

    private static func maps() -> String {
        let file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }
}
