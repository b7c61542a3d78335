import Foundation
import Glibc
import Host
import WorkerShell

/// Looks at this host, and changes nothing.
enum HostExamination {
    // MARK: What is left behind

    /// Where daemons and embedded runs make their session directories.
    static func places(given: [String], environment: Environment) -> [String] {
        let usual = [
            SessionDirectory.place(given: nil, environment: environment), "/tmp", "/run/assay-head",
            "/run/assay-worker", "/var/cache/assay-worker",
        ]
        var seen: Set<String> = []
        let isThere = FileManager.default.isReadableFile(atPath:)
        return given
            + usual.filter { !given.contains($0) && isThere($0) }
            .filter { seen.insert($0).inserted }
    }

    static func leftovers(under places: [String]) -> [Finding] {
        places.map { place in
            do throws(HostError) {
                return Self.finding(of: try SessionDirectory.census(under: place), in: place)
            } catch {
                return Finding("leftovers", .problem, error.description)
            }
        }
    }

    static func finding(of census: SessionDirectory.Census, in place: String) -> Finding {
        guard census.orphans.isEmpty else {
            return Finding(
                "leftovers", .problem,
                """
                left by a process that was killed, and removed by the next start of its user: \
                \(census.orphans.joined(separator: ", "))
                """)
        }
        guard census.retained.isEmpty else {
            return Finding(
                "leftovers", .warning,
                """
                kept because somebody asked for it, to be removed by hand: \
                \(census.retained.joined(separator: ", "))
                """)
        }
        let living = census.alive.count == 1 ? "1 session lives" : "\(census.alive.count) live"
        return Finding("leftovers", .ok, "nothing in \(place), where \(living)")
    }

    /// Removes what the processes of our user left that were killed, and nothing else.
    static func removal(under places: [String]) -> [Finding] {
        places.compactMap { place in
            do throws(HostError) {
                let reaping = try SessionDirectory.reapOrphans(under: place)
                if let failure = reaping.failures.first {
                    return Finding("removal", .problem, failure.description)
                }
                guard !reaping.removed.isEmpty else { return nil }
                return Finding(
                    "removal", .ok, "removed \(reaping.removed.joined(separator: ", "))")
            } catch {
                return Finding("removal", .problem, error.description)
            }
        }
    }

    // MARK: What a runner may do

    static func sandbox() -> Finding {
        do {
            return Self.finding(of: try SandboxExamination.ofThisHost())
        } catch {
            return Finding("sandbox", .problem, "a runner cannot be confined: \(error)")
        }
    }

    static func finding(of examination: SandboxExamination) -> Finding {
        guard examination.allowed.isEmpty else {
            let list = examination.allowed.joined(separator: ", ")
            return Finding("sandbox", .problem, "a confined runner could still \(list)")
        }
        guard examination.missingProtections.isEmpty else {
            let list = examination.missingProtections.joined(separator: ", ")
            return Finding(
                "sandbox", .warning, "a runner is denied what it must be, but not twice: no \(list)"
            )
        }
        return Finding(
            "sandbox", .ok, "a confined runner was denied all \(examination.denied.count) attempts")
    }

    // MARK: What a command may do

    static func finding(of examination: CommandExamination) -> Finding {
        if let problem = examination.problem {
            // A worker without commands is a whole worker.
            return Finding("commands", .warning, "users' commands cannot run here: \(problem)")
        }
        let groups = "control groups: \(examination.controlGroups)"
        guard examination.missingProtections.isEmpty else {
            let list = examination.missingProtections.joined(separator: ", ")
            return Finding(
                "commands", .warning, "users' commands can run here (\(groups)), without \(list)")
        }
        return Finding("commands", .ok, "users' commands can be confined here (\(groups))")
    }

    // MARK: Memory and files

    /// - Parameter swaps: the text of `/proc/swaps`.
    static func swap(_ swaps: String) -> Finding {
        let devices = swaps.split(separator: "\n").dropFirst()
            .compactMap { $0.split(whereSeparator: \.isWhitespace).first }
        // zram lies in memory, and device mapper is how a swap is encrypted.
        let plain = devices.filter { !$0.hasPrefix("/dev/zram") && !$0.hasPrefix("/dev/dm-") }
        guard plain.isEmpty else {
            return Finding(
                "swap", .warning,
                """
                pages of data sets may be written to \(plain.joined(separator: ", ")): encrypt it, \
                or turn it off
                """)
        }
        return Finding(
            "swap", .ok, devices.isEmpty ? "there is none" : "in memory, or on a mapped device")
    }

    /// Where keys would lie in a process like this one.
    static func keys() -> Finding {
        do {
            return Self.finding(of: try SecretKey.random().memory.protection)
        } catch {
            return Finding("keys", .problem, "there is no memory for a key: \(error)")
        }
    }

    static func finding(of protection: SecretMemory.Protection) -> Finding {
        switch protection {
        case .secret:
            Finding("keys", .ok, "in memory that not even the kernel maps, and never swapped")
        case .locked:
            Finding(
                "keys", .ok,
                "in memory that is never swapped; from Linux 6.5 on the kernel would not map it")
        case .ordinary:
            Finding(
                "keys", .warning,
                "in memory that may be swapped: raise the limit of locked memory (ulimit -l)")
        }
    }

    static func files() -> Finding {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let most = limit.rlim_max > UInt64(Int.max) ? Int.max : Int(limit.rlim_max)
        return most >= Self.filesWanted
            ? Finding("files", .ok, "\(Figures.count(most)) may be open at once")
            : Finding(
                "files", .warning,
                "only \(most) may be open at once: a head wants two for each worker and person")
    }

    /// Some thousand connections, and the files of a worker.
    private static let filesWanted = 4096
}
