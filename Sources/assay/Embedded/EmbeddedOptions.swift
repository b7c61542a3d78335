import ArgumentParser
import Host
import Wire
import WorkerShell

/// How large a cluster in this process tree is.
struct EmbeddedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Workers of the embedded cluster, each with its own certificate; by default one for a "
                + "run and two for a bench.",
            valueName: "count"))
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Trials at once on each worker; by default the workers share the processors.",
            valueName: "count"))
    var slots: Int?

    @Option(
        help: ArgumentHelp("Where the session directory is made.", valueName: "dir"))
    var tempDir: String?

    /// More would measure this machine's patience.
    private static let workersMax = 64

    /// - Parameter standard: workers where nobody says how many.
    func settings(
        workers standard: Int, ending: SessionDirectory.Ending = .removed
    ) throws(CommandError) -> EmbeddedCluster.Settings {
        let workers = self.workers ?? standard
        guard (1...Self.workersMax).contains(workers) else {
            throw CommandError(
                .usage, "--workers must be a whole number from 1 to \(Self.workersMax)")
        }
        guard self.slots.map({ (1...Limits.slotsMax).contains($0) }) ?? true else {
            throw CommandError(
                .usage, "--slots must be a whole number from 1 to \(Limits.slotsMax)")
        }
        let shares = Self.shares(of: WorkerSettings.processors, among: workers)
        return EmbeddedCluster.Settings(
            slots: shares.map { self.slots ?? $0 },
            place: SessionDirectory.place(given: self.tempDir), ending: ending)
    }

    /// Slots for each worker, together the processors; but a worker without any would do nothing.
    static func shares(of processors: Int, among workers: Int) -> [Int] {
        (0..<workers).map { worker in
            max(1, processors / workers + (worker < processors % workers ? 1 : 0))
        }
    }
}
