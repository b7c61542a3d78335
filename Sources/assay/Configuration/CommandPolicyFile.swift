import Host
import Wire
import WorkerShell

/// The file by which the operator of a worker says whose commands run there.
///
/// ```yaml
/// users: [ute, operator/olga]    # or: everybody
/// network: false
/// memory: 4GiB
/// cpu_time: 1h
/// wall_time: 2h
/// scratch: 2GiB
/// processes: 64
/// processors: 1
/// show: [/opt/conda]
/// ```
///
/// Whoever can write it decides what strangers do on this host: it belongs to root or to the
/// worker, and nobody else can change it.
enum CommandPolicyFile {
    static func read(_ path: String) throws(InputError) -> WorkerSettings.Commands {
        let bytes: [UInt8]
        do throws(HostError) {
            bytes = try SecretFile.read(path, others: .mayRead).revealed
        } catch {
            throw InputError(path, "the policy for commands cannot be used: \(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path, "is not UTF-8 text")
        }
        return try Self.settings(try StrictYAML(text: text, file: path))
    }

    static func settings(_ yaml: StrictYAML) throws(InputError) -> WorkerSettings.Commands {
        var file = yaml.root
        var settings = WorkerSettings.Commands.defaults
        let users = try Self.users(try file.required("users", example: "users: [ute]"))
        let network = try file.value("network")?.flag() ?? false
        let most = CommandResources.mostStandard
        let resources = CommandResources(
            memoryBytes: try file.value("memory")?.bytes(in: Limits.commandMemoryBytes)
                ?? most.memoryBytes,
            cpuTime: try file.value("cpu_time")?.duration(in: Limits.commandTime) ?? most.cpuTime,
            wallTime: try file.value("wall_time")?.duration(in: Limits.commandTime)
                ?? most.wallTime,
            scratchBytes: try file.value("scratch")?.bytes(in: Limits.commandScratchBytes)
                ?? most.scratchBytes,
            processes: try file.value("processes")?.integer(in: Limits.commandProcesses)
                ?? most.processes)
        settings.policy = CommandPolicy(users: users, allowsNetwork: network, most: resources)
        if let processors = try file.value("processors")?.integer(in: UInt32(1)...4096) {
            settings.processors = processors
        }
        if let shown = file.value("show") { settings.shown = try shown.texts() }
        try file.finish()
        return settings
    }

    /// A name alone is a user's: operators are named as such.
    private static func users(_ value: StrictYAML.Value) throws(InputError) -> CommandPolicy.Users {
        let names = try value.texts()
        if names == ["everybody"] { return .everybody }
        guard names.count <= Limits.policyUsersMax else {
            throw value.wrong("has more than \(Limits.policyUsersMax) names")
        }
        var holders: Set<Holder> = []
        for name in names {
            do throws(IdentityError) {
                holders.insert(try Holder(text: name.contains("/") ? name : "user/\(name)"))
            } catch {
                throw value.wrong("must be everybody, or names such as ute or operator/olga")
            }
        }
        return .some(holders)
    }
}

extension StrictYAML.Value {
    /// A size such as `512MiB`.
    func bytes(in range: ClosedRange<UInt64>) throws(InputError) -> UInt64 {
        guard let bytes = UInt64(sizeText: try self.text()) else {
            throw self.wrong("must be a size such as 512MiB or 2GiB")
        }
        guard range.contains(bytes) else {
            throw self.wrong(
                "must be from \(range.lowerBound >> 20)MiB to \(range.upperBound >> 30)GiB")
        }
        return bytes
    }

    func duration(in range: ClosedRange<Duration>) throws(InputError) -> Duration {
        let duration = try self.duration()
        guard range.contains(duration) else {
            throw self.wrong("must be from \(range.lowerBound) to \(range.upperBound)")
        }
        return duration
    }
}
