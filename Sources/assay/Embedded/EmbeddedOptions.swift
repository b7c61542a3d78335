import ArgumentParser
import Host
import Wire
import WorkerShell

/// How large a cluster in this process tree is.
struct EmbeddedOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Trials at once; one per processor by default.", valueName: "count"))
    var slots: Int?

    @Option(
        help: ArgumentHelp("Where the session directory is made.", valueName: "dir"))
    var tempDir: String?

    func settings() throws(CommandError) -> EmbeddedCluster.Settings {
        let slots = self.slots ?? WorkerSettings.processors
        guard (1...Limits.slotsMax).contains(slots) else {
            throw CommandError(
                .usage, "--slots must be a whole number from 1 to \(Limits.slotsMax)")
        }
        return EmbeddedCluster.Settings(
            slots: slots, place: SessionDirectory.place(given: self.tempDir))
    }
}
