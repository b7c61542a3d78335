import Testing
import Wire

/// What may not stand in a command, whoever sends it.
@Suite struct CommandTests {
    /// What a client says of a command, to be spoilt in one place.
    private static func refuses(
        _ field: String, _ spoil: (inout Assay_V1_Command) -> Void,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let job = CommandJob(
            command: CodingTests.command, direction: .maximise, stopping: .none)
        var message = JobSpec(
            name: "a", priority: 50, seed: 0, budget: Budget(trials: 1, time: nil),
            kind: .command(job)
        ).message
        spoil(&message.command.command)
        let error = #expect(throws: WireError.self, sourceLocation: place) {
            try JobSpec(message)
        }
        #expect(error?.field == field, sourceLocation: place)
    }

    @Test(arguments: [
        "/etc/passwd", "../a", "a/../b", "a//b", "a/", "./a", "a/.", "", "a\\b", "a\u{0}",
        "a\nb", "\u{202E}a", "a/b/c/d/e/f/g/h/i", String(repeating: "a", count: 257),
        // A slash with an accent is one character to Swift, and a slash to the kernel.
        "a/../\u{301}b", "..\u{2F}\u{301}b",
    ]) func `a file's name leads nowhere else`(name: String) {
        Self.refuses("command.files.name") { $0.files[0].name = name }
    }

    @Test(arguments: ["a", ".a", "a/b", "ü/..b", "a/b/c/d/e/f/g/h"])
    func `a relative name is one`(name: String) throws {
        var message = Self.command
        message.files[0].name = name
        #expect(try Self.read(message).files.contains { $0.name == name })
    }

    @Test func `two files are never in each other's way`() {
        Self.refuses("command.files") { $0.files[0].name = $0.files[1].name }
        // They are sorted: the first is data/train.csv.
        Self.refuses("command.files") { $0.files[1].name = "data" }
    }

    @Test(arguments: [
        "LD_PRELOAD", "LD_X", "ASSAY_SEED", "HOME", "PATH", "TMPDIR", "PWD", "1A", "A=B", "A B",
        "A-B", "", "É", "A\u{0}", "A\u{301}",
    ]) func `a variable has a name, and not one that the sandbox sets`(name: String) {
        Self.refuses("command.environment.name") { $0.environment[0].name = name }
    }

    @Test func `a variable has one value without controls`() {
        Self.refuses("command.environment") { $0.environment.append($0.environment[0]) }
        Self.refuses("command.environment.value") { $0.environment[0].value = "a\u{1B}[2J" }
        Self.refuses("command.environment.value") {
            $0.environment[0].value = String(repeating: "a", count: 4097)
        }
    }

    @Test(arguments: ["../a", "a/b", "", ".", "..", "a\u{9B}"])
    func `an output is a plain file`(name: String) {
        Self.refuses("command.outputs") { $0.outputs = [name] }
    }

    @Test func `a program is named, and its arguments are bounded`() {
        Self.refuses("command.arguments") { $0.arguments = [] }
        Self.refuses("command.arguments") { $0.arguments = ["", "a"] }
        Self.refuses("command.arguments") { $0.arguments = Array(repeating: "a", count: 257) }
        Self.refuses("command.arguments") { $0.arguments = ["a", "b\u{7}"] }
        // Each is within its own bound, and all together are more than a frame should hold.
        Self.refuses("command") {
            $0.arguments = Array(repeating: String(repeating: "a", count: 4096), count: 256)
        }
    }

    @Test(arguments: ["", "1a", "_a", "a-b", "a b", "á", "a\u{0}"])
    func `a parameter's name can be part of a variable's`(name: String) {
        Self.refuses("command.parameters.name") { $0.parameters[0].name = name }
    }

    @Test(arguments: [(1.0, 1.0), (2, 1), (.nan, 1), (0, .infinity), (-1e308, 1e308)])
    func `a range of numbers goes from low to high`(low: Double, high: Double) {
        Self.refuses("command.parameters.real") {
            $0.parameters[0].real = .with {
                $0.low = low
                $0.high = high
                $0.scale = "linear"
            }
        }
    }

    @Test func `a logarithmic scale begins above zero`() {
        Self.refuses("command.parameters.real.low") {
            $0.parameters[0].real = .with {
                $0.high = 1
                $0.scale = "log"
            }
        }
        Self.refuses("command.parameters.whole.low") {
            $0.parameters[0].whole = .with {
                $0.high = 1
                $0.scale = "log"
            }
        }
    }

    @Test func `a whole range holds what a number can hold exactly`() {
        Self.refuses("command.parameters.whole.high") {
            $0.parameters[0].whole = .with {
                $0.high = (1 << 53) + 1
                $0.scale = "linear"
            }
        }
        Self.refuses("command.parameters.whole") {
            $0.parameters[0].whole = .with { $0.scale = "linear" }
        }
    }

    @Test func `choices are there, each once`() {
        Self.refuses("command.parameters.choice") { $0.parameters[0].choice = .init() }
        Self.refuses("command.parameters.choice") {
            $0.parameters[0].choice.values = [.with { $0.text = "a" }, .with { $0.text = "a" }]
        }
        Self.refuses("command.parameters.choice") {
            $0.parameters[0].choice.values = [.with { $0.number = .nan }]
        }
        Self.refuses("command.parameters.choice") { $0.parameters[0].choice.values = [.init()] }
        Self.refuses("command.parameters") { $0.parameters.append($0.parameters[0]) }
    }

    @Test func `what a trial may use is bounded both ways`() {
        Self.refuses("resources.memory_bytes") { $0.resources.memoryBytes = 1 << 20 }
        Self.refuses("resources.memory_bytes") { $0.resources.memoryBytes = .max }
        Self.refuses("resources.cpu_nanoseconds") { $0.resources.cpuNanoseconds = 0 }
        Self.refuses("resources.wall_nanoseconds") { $0.resources.wallNanoseconds = .max }
        Self.refuses("resources.scratch_bytes") { $0.resources.scratchBytes = .max }
        Self.refuses("resources.processes") { $0.resources.processes = 0 }
        Self.refuses("command.network") { $0.network = "internet" }
    }

    @Test func `a worker is told whose command it is`() {
        var message = TrialClass.command(CodingTests.command, owner: "user/ada").message
        for owner in ["", "ada", "user/", "user/Ada", "nobody/ada", "user/a/b"] {
            message.command.owner = owner
            #expect(throws: WireError("command.owner", "is not ROLE/NAME")) {
                try TrialClass(message)
            }
        }
    }

    @Test func `a policy admits whom it names, and the network only where it says so`() throws {
        let ada = Set([try Holder(text: "user/ada")])
        let offline = Self.offline
        let policy = CommandPolicy(users: .some(ada), allowsNetwork: false)
        #expect(policy.admits(offline, of: "user/ada"))
        #expect(!policy.admits(offline, of: "operator/ada"))
        #expect(!policy.admits(CodingTests.command, of: "user/ada"))
        #expect(
            CommandPolicy(users: .everybody, allowsNetwork: true)
                .admits(CodingTests.command, of: "user/eve"))
        #expect(!CommandPolicy.none.admits(offline, of: "user/ada"))

        let asked = offline.resources
        let enough = CommandPolicy(users: .everybody, allowsNetwork: false, most: asked)
        #expect(enough.admits(offline, of: "user/ada"))
        let less = CommandResources(
            memoryBytes: asked.memoryBytes, cpuTime: asked.cpuTime, wallTime: asked.wallTime,
            scratchBytes: asked.scratchBytes - 1, processes: asked.processes)
        let tooLittle = CommandPolicy(users: .everybody, allowsNetwork: false, most: less)
        #expect(!tooLittle.admits(offline, of: "user/ada"))
        #expect(asked.excess(over: less) == "\(less.scratchBytes) bytes of files")
    }

    @Test func `a number of a recipe stands for one value, or for none`() {
        let choice = CommandParameter("booster", .choice([.text("gbtree"), .boolean(true)]))
        #expect(choice.value(1) == .choice(.boolean(true)))
        #expect(choice.value(2) == nil)
        #expect(choice.value(0.5) == nil)
        let whole = CommandParameter("depth", .whole(2...12, .linear))
        #expect(whole.value(12) == .whole(12))
        #expect(whole.value(13) == nil)
        #expect(whole.value(2.5) == nil)
        let real = CommandParameter("rate", .real(0...1, .linear))
        #expect(real.value(0.25) == .real(0.25))
        #expect(real.value(1.5) == nil)
    }

    private static var command: Assay_V1_Command {
        TrialClass.command(CodingTests.command, owner: "user/ada").message.command.command
    }

    private static func read(_ message: Assay_V1_Command) throws -> Command {
        var owned = TrialClass.command(CodingTests.command, owner: "user/ada").message
        owned.command.command = message
        guard case .command(let command, _) = try TrialClass(owned) else {
            throw WireError("trial_class", "was read back as something else")
        }
        return command
    }

    private static let offline = Command(
        arguments: ["true"], environment: [], files: [], outputs: [], parameters: [],
        metric: "accuracy", resources: CodingTests.resources, network: .none)
}
