import Testing
import Wire

@testable import WorkerShell

@Suite struct CommandSettingsTests {
    private static func command(
        network: CommandNetwork = .none, memory: UInt64 = 1 << 30,
        time: Duration = .seconds(60), scratch: UInt64 = 1 << 20, processes: UInt32 = 4
    ) -> Command {
        Command(
            arguments: ["true"], environment: [], files: [], outputs: [], parameters: [],
            metric: "score",
            resources: CommandResources(
                memoryBytes: memory, cpuTime: time, wallTime: time, scratchBytes: scratch,
                processes: processes),
            network: network)
    }

    private static func settings(
        _ users: CommandPolicy.Users, network: Bool = false
    ) -> WorkerSettings.Commands {
        var settings = WorkerSettings.Commands.defaults
        settings.policy = CommandPolicy(users: users, allowsNetwork: network)
        return settings
    }

    @Test func `without a word of its operator a worker runs nobody's command`() throws {
        let refusal = WorkerSettings.Commands.defaults.refusal(
            of: Self.command(), of: "user/ute")
        #expect(refusal?.code == .refused)
        #expect(refusal?.reason == "this worker runs no commands of user/ute")
        #expect(!WorkerSettings.Commands.defaults.admitsAnybody)
    }

    @Test func `those who are admitted are, and nobody of their name in another role`() throws {
        let settings = Self.settings(.some([try Holder(text: "user/ute")]))
        #expect(settings.refusal(of: Self.command(), of: "user/ute") == nil)
        #expect(settings.refusal(of: Self.command(), of: "operator/ute")?.code == .refused)
        #expect(settings.refusal(of: Self.command(), of: "user/uta")?.code == .refused)
    }

    @Test func `a network is had only where the operator gives one`() {
        let command = Self.command(network: .host)
        #expect(
            Self.settings(.everybody).refusal(of: command, of: "user/ute")?.reason
                == "this worker gives no command a network")
        #expect(
            Self.settings(.everybody, network: true).refusal(of: command, of: "user/ute") == nil)
    }

    @Test(arguments: [
        (command(memory: 5 << 30), "memory"), (command(time: .seconds(90_000)), "time"),
        (command(scratch: 3 << 30), "files"), (command(processes: 257), "processes"),
    ]) func `nobody gets more than the operator gives`(command: Command, word: String) {
        let refusal = Self.settings(.everybody).refusal(of: command, of: "user/ute")
        #expect(refusal?.code == .refused)
        #expect(refusal?.reason.contains(word) == true)
    }

    @Test(arguments: [
        "conda", "/", "/opt//x", "/opt/../etc", "/opt/", "/trial", "/dev/shm", "/etc/ssl",
    ])
    func `a directory that cannot be shown is refused at the start`(directory: String) {
        var settings = Self.settings(.everybody)
        settings.shown = [directory]
        #expect(throws: WorkerSettingsError.self) { try settings.validate() }
    }

    @Test func `a directory that can be shown is`() throws {
        var settings = Self.settings(.everybody)
        settings.shown = ["/opt/conda", "/srv/models"]
        try settings.validate()
    }

    // MARK: Bubblewrap

    private static func arguments(
        network: CommandNetwork = .none, closes: Bool = true
    ) -> [String] {
        BubblewrapArguments(
            files: [.init(path: "/trial/parameters.json", descriptor: 11)],
            scratchBytes: 1 << 20, network: network, shown: ["/opt/conda"],
            closesUserNamespaces: closes
        ).words
    }

    @Test func `the sandbox has no network and no way to make another`() {
        let words = Self.arguments()
        #expect(words.contains("--unshare-all") && words.contains("--unshare-user"))
        #expect(words.contains("--disable-userns") && !words.contains("--share-net"))
        #expect(!words.contains { $0.hasPrefix("/etc/resolv") || $0.hasPrefix("/etc/ssl") })
        #expect(!Self.arguments(closes: false).contains("--disable-userns"))
    }

    @Test func `a network is the host's when it is given, and names and certificates with it`() {
        let words = Self.arguments(network: .host)
        #expect(words.contains("--share-net") && words.contains("/etc/resolv.conf"))
    }

    @Test func `of the host nothing but usr and what is shown is there, and none can be written`() {
        let words = Self.arguments()
        #expect(!words.contains("--bind") && !words.contains("--dev-bind"))
        let bound = words.indices.filter { words[$0].hasPrefix("--ro-bind") }
            .filter { words[$0] != "--ro-bind-data" }.map { words[$0 + 1] }
        #expect(bound == ["/usr", "/etc/alternatives", "/etc/ld.so.cache", "/opt/conda"])
        #expect(words.suffix(10).starts(with: ["--remount-ro", "/dev", "--remount-ro", "/"]))
        let sizes = words.indices.filter { words[$0] == "--tmpfs" }
        #expect(sizes.allSatisfy { words[$0 - 2] == "--size" })
    }

    @Test func `the sandbox's own variables beat the job's, and a job's beat ours`() throws {
        let command = Command(
            arguments: ["true"],
            environment: [
                EnvironmentVariable("HF_HOME", "/trial/tmp/hf"),
                EnvironmentVariable("OMP_NUM_THREADS", "4"), EnvironmentVariable("HOME", "/root"),
            ], files: [], outputs: [], parameters: [], metric: "score",
            resources: Self.command().resources, network: .none)
        let recipe = Recipe(family: Command.family, parameters: [], seed: 1)
        let trial = try CommandTrial(
            TrialID(JobID(1), 2), command, TrialSpec(step: .tuning, recipe: recipe))
        let environment = CommandRoom.environment(command, trial, shown: ["/opt/conda"])
        for line in [
            "HF_HOME=/trial/tmp/hf", "OMP_NUM_THREADS=4", "HOME=/trial/home", "ASSAY_TRIAL=j1/2",
            "PATH=/opt/conda/bin:/usr/local/bin:/usr/bin:/bin", "TMPDIR=/trial/tmp",
        ] {
            #expect(environment.contains(line), "\(environment)")
        }
    }

    @Test func `caches of common libraries lie in the trial`() throws {
        let recipe = Recipe(family: Command.family, parameters: [], seed: 1)
        let trial = try CommandTrial(
            TrialID(JobID(1), 2), Self.command(), TrialSpec(step: .tuning, recipe: recipe))
        let environment = CommandRoom.environment(Self.command(), trial, shown: [])
        for name in [
            "TMPDIR", "HOME", "XDG_CACHE_HOME", "HF_HOME", "HF_DATASETS_CACHE", "MPLCONFIGDIR",
            "NUMBA_CACHE_DIR", "TORCH_HOME",
        ] {
            #expect(environment.contains { $0.hasPrefix("\(name)=/trial/") }, "\(name)")
        }
    }
}
