import CoordinatorCore
import Search
import Testing
import Wire

@Suite struct CommandTests {
    static let everybody = CommandPolicy(users: .everybody, allowsNetwork: false)
    var desk = Desk()

    /// Answers every candidate until the job is over.
    private mutating func evaluate(_ name: String = "w1", _ outcome: (UInt32) -> Outcome) {
        for _ in 0..<200 {
            self.desk.propose()
            guard let lease = self.desk.leases(of: name).first else { return }
            self.desk.finish(name, lease, outcome(lease.trial.index))
        }
    }

    private mutating func progress(
        _ lease: Lease, _ step: UInt32, _ score: Double, on name: String = "w1"
    ) -> Verdict.Ruling? {
        let progress = Progress(step: step, scores: [Score("rmse", score)])
        self.desk.report(name, lease, .progressed(progress))
        for case .verdicts(let verdicts) in self.desk.told(name) {
            for verdict in verdicts where verdict.lease == lease && verdict.step == step {
                return verdict.ruling
            }
        }
        return nil
    }

    // MARK: Placement

    @Test mutating func `a command goes where its owner is admitted, and says so while it waits`()
        throws
    {
        let ada = try Holder(text: "user/ada")
        self.desk.connect("w1", slots: 8)
        self.desk.connect(
            "w2", slots: 2, commands: CommandPolicy(users: .some([ada]), allowsNetwork: false))
        let eve = self.desk.submit(.command(), owner: "user/eve", trials: 4)
        self.desk.propose()
        #expect(self.desk.leases(of: "w1").isEmpty)
        #expect(self.desk.leases(of: "w2").isEmpty)
        #expect(
            self.desk.coordinator.job(eve)?.hindrance
                == "no connected worker runs commands of user/eve")

        let job = self.desk.submit(.command(), owner: "user/ada", trials: 4)
        self.desk.propose()
        #expect(self.desk.leases(of: "w1").isEmpty)
        #expect(self.desk.leases(of: "w2").map(\.trial.job) == [job, job])
        #expect(self.desk.coordinator.job(job)?.hindrance == nil)

        self.desk.connect("w3", commands: Self.everybody)
        #expect(self.desk.said.contains(.publish(eve, ended: [])))
        #expect(self.desk.coordinator.job(eve)?.hindrance == nil)
        #expect(self.desk.leases(of: "w3").map(\.trial.job) == [eve])
        #expect(self.desk.coordinator.contradictions.isEmpty)
    }

    @Test mutating func `a command goes where it is given what it asks for`() {
        let little = CommandResources(
            memoryBytes: 1 << 30, cpuTime: .seconds(60), wallTime: .seconds(60),
            scratchBytes: 1 << 20, processes: 8)
        self.desk.connect(
            "w1", slots: 8,
            commands: CommandPolicy(users: .everybody, allowsNetwork: false, most: little))
        let small = self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        let large = self.desk.submit(.command(scratch: 2 << 20), owner: "user/ada", trials: 1)
        self.desk.propose()
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [small])
        #expect(
            self.desk.coordinator.job(large)?.hindrance
                == "no connected worker gives a command as much as it asks for; "
                + "one gives at most 1048576 bytes of files")

        self.desk.connect("w2", slots: 8, commands: Self.everybody)
        self.desk.propose()
        #expect(self.desk.leases(of: "w2").map(\.trial.job) == [large])
        #expect(self.desk.coordinator.job(large)?.hindrance == nil)
        #expect(self.desk.coordinator.contradictions.isEmpty)
    }

    @Test mutating func `what a worker is told says whose command it is`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        self.desk.submit(.command(), owner: "user/ada", trials: 4)
        let (job, study, count) = try #require(self.desk.proposal)
        self.desk.tell(.proposed(job, study.propose(count)))
        guard case .assignments(let groups)? = self.desk.told("w1").last,
            case .command(_, let owner)? = groups.first?.trialClass
        else {
            Issue.record("no command was assigned")
            return
        }
        #expect(owner == "user/ada")
        // The worker ends the program by itself; its runner follows when it does not.
        #expect(groups.first?.assignments.first?.timeLimit == .seconds(30) + .seconds(10))
    }

    @Test mutating func `a command that wants the network waits for a worker that gives it`() {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(network: .host), owner: "user/ada", trials: 4)
        self.desk.propose()
        #expect(self.desk.leases(of: "w1").isEmpty)
        #expect(self.desk.coordinator.job(job)?.hindrance?.contains("network") == true)
        self.desk.connect("w1", commands: CommandPolicy(users: .everybody, allowsNetwork: true))
        #expect(self.desk.leases(of: "w1").count == 1)
    }

    @Test mutating func `commands that nobody takes keep no other job waiting`() {
        self.desk.connect("w1", slots: 2)
        for priority in 51...90 {
            self.desk.submit(.command(), owner: "user/eve", priority: priority, trials: 4)
            self.desk.propose()
        }
        let job = self.desk.submit(.idle(trials: 1), owner: "user/ada")
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [job])
    }

    @Test mutating func `a full worker takes the next command when it has room again`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        self.desk.connect("w2", slots: 4)
        let first = self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        let second = self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [first])
        self.desk.finish("w1", try #require(self.desk.leases(of: "w1").first))
        #expect(self.desk.leases(of: "w1").map(\.trial.job) == [second])
        #expect(self.desk.leases(of: "w2").isEmpty)
    }

    @Test mutating func `a worker that admits an owner no more keeps nothing of theirs`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        let lease = try #require(self.desk.leases(of: "w1").first)
        self.desk.disconnect("w1")
        self.desk.connect("w1", held: [lease])
        guard case .welcome(let welcome)? = self.desk.told("w1").first else {
            Issue.record("there was no welcome")
            return
        }
        #expect(welcome.drop == [lease])
        #expect(self.desk.coordinator.job(job)?.counts.queued == 1)
        #expect(self.desk.coordinator.contradictions.isEmpty)
    }

    // MARK: The search

    @Test mutating func `the best trial is the result, and there is no refit`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(), owner: "user/ada", trials: 12)
        self.evaluate { .made($0 == 7 ? 0.1 : 0.5, "a") }
        let record = try #require(self.desk.ended(job))
        #expect(record.state == .succeeded)
        #expect(record.best?.trial == 7)
        #expect(record.counts.total == 12)
        #expect(record.trials.allSatisfy { $0.spec.step == .tuning })
        #expect(record.model.isEmpty)
        #expect(record.stage == "done")
    }

    @Test mutating func `a program that never works fails its job, with its first words`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(), owner: "user/ada", trials: 500)
        self.evaluate { _ in Outcome(.failed(Failure(.command, "exit code 1")), cost: .none) }
        let record = try #require(self.desk.ended(job))
        #expect(record.counts.total < 20)
        #expect(record.state.reason?.contains("the first to fail said: exit code 1") == true)
    }

    @Test mutating func `when the time is over the best so far is the result`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(), owner: "user/ada", time: .seconds(10))
        self.desk.propose()
        self.desk.finish("w1", try #require(self.desk.leases(of: "w1").first), .made(0.3, "a"))
        let running = try #require(self.desk.leases(of: "w1").first)
        self.desk.pass(.seconds(10))
        #expect(self.desk.told("w1") == [.cancelled([running])])
        #expect(self.desk.ended(job)?.state == .succeeded)
        #expect(self.desk.ended(job)?.best?.trial == 0)
    }

    // MARK: Early stopping

    @Test mutating func `a trial that falls behind is told to stop, after that is durable`() throws
    {
        self.desk.connect("w1", slots: 8, commands: Self.everybody)
        let job = self.desk.submit(
            .command(stopping: .median), owner: "user/ada", trials: 8)
        self.desk.propose()
        let leases = self.desk.leases(of: "w1")
        #expect(leases.count == 8)
        for lease in leases.dropLast() {
            #expect(self.progress(lease, 1, 0.1) == .continue)
        }
        let late = try #require(leases.last)
        #expect(self.progress(late, 1, 0.9) == .stop)
        #expect(self.desk.recorded.contains(.stopped(late.trial)))
        let fact = try #require(self.desk.said.firstIndex(of: .record(.stopped(late.trial))))
        let told = try #require(
            self.desk.said.firstIndex {
                if case .tell(_, .verdicts) = $0 { true } else { false }
            })
        #expect(fact < told)

        // It wins nothing, whatever it says in the end.
        self.desk.finish("w1", late, .made(0.01, "z"))
        #expect(self.desk.coordinator.job(job)?.best == nil)
        #expect(self.desk.coordinator.job(job)?.isStopped(7) == true)
    }

    @Test mutating func `a progress is kept once, and answered as often as it is said`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        let job = self.desk.submit(.command(), owner: "user/ada", trials: 8)
        self.desk.propose()
        let lease = try #require(self.desk.leases(of: "w1").first)
        #expect(self.progress(lease, 3, 0.5) == .continue)
        #expect(self.desk.recorded.count == 1)
        for step in [3, 2] as [UInt32] {
            #expect(self.progress(lease, step, 0.4) == .continue)
            #expect(self.desk.recorded.isEmpty)
        }
        #expect(self.desk.coordinator.job(job)?.progress[0]?.last?.step == 3)
    }

    @Test mutating func `a trial reports so often and no more`() throws {
        self.desk.connect("w1", commands: Self.everybody)
        self.desk.submit(.command(), owner: "user/ada", trials: 8)
        self.desk.propose()
        let lease = try #require(self.desk.leases(of: "w1").first)
        let reports = (1...UInt32(Limits.progressPerTrialMax) + 50).map {
            Report(lease, .progressed(Progress(step: $0, scores: [Score("rmse", 1)])))
        }
        self.desk.tell(.reported(self.desk.session("w1"), reports))
        #expect(self.desk.recorded.count == Limits.progressPerTrialMax)
        let answered = self.desk.told("w1").reduce(0) { count, message in
            guard case .verdicts(let verdicts) = message else { return count }
            return count + verdicts.count
        }
        #expect(answered == reports.count)
    }

    @Test mutating func `an attempt after a loss begins anew, and one that was stopped stays so`()
        throws
    {
        self.desk.connect("w1", slots: 8, commands: Self.everybody)
        let job = self.desk.submit(.command(stopping: .median), owner: "user/ada", trials: 8)
        self.desk.propose()
        let leases = self.desk.leases(of: "w1")
        for lease in leases.dropLast() { _ = self.progress(lease, 1, 0.1) }
        let late = try #require(leases.last)
        #expect(self.progress(late, 1, 0.9) == .stop)
        self.desk.lose("w1", late)
        self.desk.lose("w1", leases[0])
        #expect(self.desk.coordinator.job(job)?.progress[0] == nil)
        let again = self.desk.leases(of: "w1").filter { !leases.contains($0) }
        #expect(again.count == 2)
        for lease in again {
            let ruling = self.progress(lease, 1, 0.1)
            #expect(ruling == (lease.trial == late.trial ? .stop : .continue))
        }
    }

    @Test mutating func `verdicts and taints survive a restart`() throws {
        self.desk.connect("w1", slots: 8, commands: Self.everybody)
        self.desk.submit(.command(stopping: .median), owner: "user/ada", trials: 9)
        self.desk.propose()
        for lease in self.desk.leases(of: "w1").dropLast() { _ = self.progress(lease, 1, 0.1) }
        let late = try #require(self.desk.leases(of: "w1").last)
        #expect(self.progress(late, 1, 0.9) == .stop)
        self.desk.finish("w1", self.desk.leases(of: "w1")[0], .made(0.1, "a"))
        let before = self.desk.coordinator.durable
        self.desk.restart(epoch: 2)
        #expect(self.desk.coordinator.durable == before)
        #expect(before.taints.map(\.name) == ["model.bin"])
    }
}

extension JobSpec.Kind {
    static func command(
        stopping: CommandJob.Stopping = .none, network: CommandNetwork = .none,
        reading file: Character = "f", scratch: UInt64 = 1 << 20
    ) -> Self {
        .command(
            CommandJob(
                command: Command(
                    arguments: ["train"], environment: [],
                    files: [CommandFile(name: "train", blob: .named(file), isExecutable: true)],
                    outputs: ["model.bin"],
                    parameters: [CommandParameter("rate", .real(1e-4...1, .log))],
                    metric: "rmse",
                    resources: CommandResources(
                        memoryBytes: 1 << 30, cpuTime: .seconds(20), wallTime: .seconds(30),
                        scratchBytes: scratch, processes: 8),
                    network: network),
                direction: .minimise, stopping: stopping))
    }
}

extension Outcome {
    /// What a command's trial ends with.
    static func made(_ score: Double, _ blob: Character) -> Self {
        Outcome(
            .scored(
                scores: [Score("rmse", score)],
                outputs: [Output(name: "model.bin", blob: .named(blob))]),
            cost: .none)
    }
}
