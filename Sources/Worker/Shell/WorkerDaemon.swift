import Foundation
import Glibc
package import Host
package import Logging
import NIOCore
import NIOPosix
package import Transport
import Wire
import WorkerCore

/// A worker: dials out, runs trials in its slots, listens nowhere.
package enum WorkerDaemon {
    /// Runs until the operator asks for the end: the first request drains, the second stops.
    ///
    /// The process is hardened by its `main`, which also owns the signals: an embedded cluster runs
    /// several workers in one process.
    ///
    /// - Parameters:
    ///   - requests: What the operator wants; `TerminationSignals.requests`, or what an embedding
    ///     program says. Its end changes nothing.
    ///   - service: The service manager to keep informed; nil for an embedded worker.
    /// - Throws: what keeps the worker from starting, in one sentence: `WorkerSettingsError`,
    ///   `CredentialError`, `HostError`. A head that is away does not: it is waited for.
    package static func run(
        _ settings: WorkerSettings, credentials: CredentialStore,
        requests: AsyncStream<TerminationSignals.Request>, service: ServiceManager?, log: Logger
    ) async throws {
        // 1) What may be wrong is found before anything is started.
        try settings.validate()
        try credentials.current.require(.worker)
        let launch = try Self.launch(settings)
        let commandLaunch = await Self.commandLaunch(settings, launch, log)
        let place = SessionDirectory.place(given: settings.session.temporaryDirectory)
        try Self.removeOrphans(under: place, log)
        let session = try SessionDirectory.make(
            .worker, under: place, ending: settings.session.ending)

        let cache = try Self.cacheDirectory(settings, session: place, log)
        let spill =
            try settings.dataCache.mode == .disk
            ? Spill(in: cache?.path ?? session.path) : nil

        // 2) One loop for control, runners and clock; one for bulk.
        let loops = (
            control: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            bulk: MultiThreadedEventLoopGroup(numberOfThreads: 1)
        )
        let errands = Errands()
        let (news, linkNews) = AsyncStream.makeStream(of: HeadLink.News.self)
        let loop = WorkerLoop(
            on: loops.control.next(), settings: settings, launch: launch,
            commandLaunch: commandLaunch, errands: errands, linkNews: linkNews, log: log)
        let link = HeadLink(
            head: Head(place: settings.head, credentials: credentials, loops: loop.eventLoop),
            loop: loop, reconnect: settings.reconnect, service: service, log: log)
        let courier = Courier(
            head: Head(place: settings.head, credentials: credentials, loops: loops.bulk),
            loop: loop, reconnect: settings.reconnect)

        // 3) Everything that runs beside the loop lives in here.
        await withDiscardingTaskGroup { group in
            group.addTask { await Self.keep(errands.runners, for: loop) }
            group.addTask { await Self.keep(errands.commands, for: loop) }
            group.addTask { await courier.fetch(errands.fetches) }
            group.addTask { await courier.put(errands.puts) }
            if let spill { group.addTask { await loop.run(errands.spills, by: spill) } }
            group.addTask { await link.run(news) }
            group.addTask {
                await Self.obey(requests, loop, credentials, service: service, log: log)
            }
            group.addTask { await Self.announce(loop, service) }
            group.addTask {
                await CertificateRenewal(head: settings.head, credentials: credentials, log: log)
                    .run()
            }
            let watchdog = service.flatMap { Self.startWatchdog($0, on: loop.eventLoop) }
            loop.start()
            await loop.end()
            watchdog?.cancel()
            group.cancelAll()
        }

        // 4) Nothing is left behind.
        try await loops.bulk.shutdownGracefully()
        try await loops.control.shutdownGracefully()
        try cache?.end()
        try session.end()
        log.info("the worker has ended")
    }

    /// What runners are told. Looks their user up, so that a wrong name is an error at the start.
    private static func launch(
        _ settings: WorkerSettings
    ) throws(WorkerSettingsError) -> RunnerLaunch {
        var user: Privileges.User?
        if geteuid() == 0 {
            do throws(SandboxError) {
                user = try Privileges.User(named: settings.runner.user)
            } catch {
                throw WorkerSettingsError(error.description)
            }
        }
        let runner = RunnerSettings(
            parent: getpid(), user: user, memoryBytesMax: settings.runner.memoryBytesMax,
            outputBytesMax: settings.runner.outputBytesMax)
        return RunnerLaunch(program: settings.runner.program, settings: runner)
    }

    /// What commands are started with. Where none can be confined there is nobody whose commands
    /// run, and the head hears so.
    private static func commandLaunch(
        _ settings: WorkerSettings, _ runner: RunnerLaunch, _ log: Logger
    ) async -> CommandLaunch {
        var launch = CommandLaunch(
            program: runner.program, user: runner.settings.user, settings: settings.commands,
            outputBytesMax: settings.runner.outputBytesMax, groups: .none)
        guard settings.commands.admitsAnybody else { return launch }
        launch.groups = .prepare()
        let examination = await CommandExamination.examine(launch, launch.groups)
        if let problem = examination.problem {
            log.error(
                "commands cannot be confined here: none runs", metadata: ["reason": "\(problem)"])
            launch.settings.policy = .none
        } else if examination.missingProtections.isEmpty {
            log.info(
                "commands of users run here",
                metadata: ["control_groups": "\(examination.controlGroups)"])
        } else {
            let missing = examination.missingProtections.joined(separator: ", ")
            log.warning(
                "commands of users run here, not bounded as they should be",
                metadata: [
                    "control_groups": "\(examination.controlGroups)", "missing": "\(missing)",
                ])
        }
        return launch
    }

    /// A directory of its own for what memory has no room for; nil when that is the session's.
    private static func cacheDirectory(
        _ settings: WorkerSettings, session place: String, _ log: Logger
    ) throws -> SessionDirectory? {
        // As with runtime directories, systemd separates several by colons.
        let systemd = Environment.process["CACHE_DIRECTORY"]
            .flatMap { $0.split(separator: ":").first.map(String.init) }
        guard settings.dataCache.mode == .disk,
            let directory = settings.dataCache.directory ?? systemd, directory != place
        else { return nil }
        try Self.removeOrphans(under: directory, log)
        return try SessionDirectory.make(.worker, under: directory)
    }

    private static func removeOrphans(under place: String, _ log: Logger) throws {
        let reaping = try SessionDirectory.reapOrphans(under: place)
        for path in reaping.removed {
            log.info("a dead session's directory was removed", metadata: ["path": "\(path)"])
        }
        for failure in reaping.failures {
            log.warning(
                "a dead session's directory could not be removed",
                metadata: ["reason": "\(failure)"])
        }
    }

    /// Starts each runner and waits for it to end. Returns when the last one has been reaped.
    private static func keep(_ runners: AsyncStream<RunnerChannel>, for loop: WorkerLoop) async {
        await withDiscardingTaskGroup { group in
            for await runner in runners {
                group.addTask {
                    let end = await runner.process.run()
                    loop.ended(runner, end)
                }
            }
        }
    }

    /// Runs each command and waits until nothing of it is left.
    private static func keep(_ commands: AsyncStream<CommandRun>, for loop: WorkerLoop) async {
        await withDiscardingTaskGroup { group in
            for await run in commands {
                group.addTask {
                    let judgement = await run.process.run { loop.progressed(run, $0) }
                    loop.ended(run, judgement)
                }
            }
        }
    }

    /// The service is up once it can run trials, whether or not the head is there to give it any.
    private static func announce(_ loop: WorkerLoop, _ service: ServiceManager?) async {
        if await loop.becomesWarm() { service?.ready(status: "warm") }
    }

    private static func obey(
        _ requests: AsyncStream<TerminationSignals.Request>, _ loop: WorkerLoop,
        _ credentials: CredentialStore, service: ServiceManager?, log: Logger
    ) async {
        var ends = false
        for await request in requests {
            ends = ends || request != .reload
            switch request {
            case .stop:
                log.info("draining: what runs is finished, what waits is handed back")
                service?.stopping(status: "draining")
                loop.happenedElsewhere(.drain)
            case .stopNow:
                log.info("stopping: everything is handed back")
                service?.stopping(status: "stopping")
                loop.happenedElsewhere(.stop)
            case .reload:
                // READY ends the reload; from a worker that starts or drains it would be a lie.
                let isUp = loop.isWarm && !ends
                if isUp { service?.reloading() }
                Self.reload(credentials, log: log)
                if isUp { service?.ready(status: "working") }
            }
        }
    }

    /// The next link uses the new certificate; the one that stands keeps what it began with.
    private static func reload(_ credentials: CredentialStore, log: Logger) {
        do throws(CredentialError) {
            try credentials.reload()
            let expiry = credentials.current.expiresAt
            log.info("the certificate was read again", metadata: ["expires": "\(expiry)"])
        } catch {
            log.error("the old certificate stays in use", metadata: ["reason": "\(error)"])
        }
    }

    /// Signs of life come from the worker's own loop: when it hangs, they stop.
    private static func startWatchdog(
        _ service: ServiceManager, on eventLoop: any EventLoop
    ) -> RepeatedTask? {
        guard let timeout = service.watchdogTimeout else { return nil }
        let interval = TimeAmount(timeout / 2)
        return eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { _ in
            service.keepAlive()
        }
    }
}
