import Glibc
import Host

/// The control groups that this worker may make, of whichever version the host has.
///
/// Only they bound what all processes of a command use together: memory, processes, processors. A
/// worker may make them below its own where it was given that (`Delegate=` of systemd, a
/// directory that belongs to it, or root). Where it was not, the kernel's limits for each process
/// remain, and the worker says what is missing.
struct ControlGroups: Equatable, Sendable {
    enum Controller: String, CaseIterable, Sendable {
        case memory, pids, cpu, cpuacct

        /// What an operator misses without it.
        var protects: String {
            switch self {
            case .memory: "a bound of all processes' memory together"
            case .pids: "a second bound of processes"
            case .cpu: "a share of processors"
            case .cpuacct: "a bound of all processes' processor time together"
            }
        }
    }

    /// Where groups are made, by controller; with version 2 it is one place for all.
    let places: [Controller: String]
    let isUnified: Bool

    static let none = ControlGroups(places: [:], isUnified: false)

    var missing: [Controller] { Controller.allCases.filter { self.places[$0] == nil } }

    /// All groups of ours begin so.
    static let prefix = "assay-command-"

    // MARK: What the host has

    /// What of `/proc` decides.
    struct Host: Equatable, Sendable {
        /// `/proc/self/mountinfo`
        let mounts: String
        /// `/proc/self/cgroup`
        let membership: String

        static func current() -> Host {
            Host(
                mounts: ControlFile.read("/proc/self/mountinfo") ?? "",
                membership: ControlFile.read("/proc/self/cgroup") ?? "")
        }

        /// The directories of the worker's own groups: by controller, and version 2's as `unified`.
        var own: (byController: [Controller: String], unified: String?) {
            var byController: [Controller: String] = [:]
            var unified: String?
            for mount in self.controlMounts {
                for (controllers, path) in self.memberships {
                    let names = controllers.split(separator: ",").map(String.init)
                    if mount.isUnified, names.isEmpty {
                        unified = Self.directory(of: path, in: mount)
                    }
                    guard !mount.isUnified else { continue }
                    for name in names where mount.options.contains(name) {
                        guard let controller = Controller(rawValue: name) else { continue }
                        byController[controller] = Self.directory(of: path, in: mount)
                    }
                }
            }
            return (byController, unified)
        }

        private struct Mount {
            /// The part of the hierarchy that is mounted.
            let root: String
            let point: String
            let isUnified: Bool
            let options: [String]
        }

        private var controlMounts: [Mount] {
            self.mounts.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard let dash = words.firstIndex(of: "-"), dash > 5, words.count > dash + 3,
                    words[dash + 1] == "cgroup" || words[dash + 1] == "cgroup2"
                else { return nil }
                return Mount(
                    root: words[3], point: words[4], isUnified: words[dash + 1] == "cgroup2",
                    options: words[dash + 3].split(separator: ",").map(String.init))
            }
        }

        /// `ID:controllers:path` of each line.
        private var memberships: [(controllers: String, path: String)] {
            self.membership.split(separator: "\n").compactMap { line in
                let parts = line.split(
                    separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
                guard parts.count == 3 else { return nil }
                return (String(parts[1]), String(parts[2]))
            }
        }

        private static func directory(of path: String, in mount: Mount) -> String {
            let isBelow = mount.root != "/" && path.hasPrefix(mount.root)
            let rest = isBelow ? String(path.dropFirst(mount.root.count)) : path
            return rest == "/" || rest.isEmpty ? mount.point : mount.point + rest
        }
    }

    // MARK: What the worker may have of it

    /// What `prepare` would find, without making anything.
    static func atAGlance(_ host: Host = .current()) -> ControlGroups {
        let own = host.own
        if let unified = own.unified, access(unified, W_OK) == 0 {
            let offered = ControlFile.words("\(unified)/cgroup.controllers")
            let there = Controller.allCases.filter {
                $0 == .cpuacct || offered.contains($0.rawValue)
            }
            if there.contains(.memory) {
                return ControlGroups(
                    places: Dictionary(uniqueKeysWithValues: there.map { ($0, unified) }),
                    isUnified: true)
            }
        }
        let places = own.byController.filter { access($0.value, W_OK) == 0 }
        return ControlGroups(places: places, isUnified: false)
    }

    /// Prepares the groups of this host; what a killed worker left of its own is removed.
    static func prepare(_ host: Host = .current()) -> ControlGroups {
        let own = host.own
        if let unified = own.unified, let groups = Self.prepareUnified(unified) { return groups }
        var places: [Controller: String] = [:]
        for (controller, directory) in own.byController where Self.canMakeGroups(in: directory) {
            places[controller] = directory
            Self.removeLeftBehind(in: directory)
        }
        return ControlGroups(places: places, isUnified: false)
    }

    /// Version 2 lets no group have both processes and groups with controllers: the worker moves
    /// into one of its own first.
    private static func prepareUnified(_ directory: String) -> ControlGroups? {
        let offered = ControlFile.words("\(directory)/cgroup.controllers")
        guard offered.contains("memory"), Self.canMakeGroups(in: directory) else { return nil }
        Self.removeLeftBehind(in: directory)
        let place = "\(directory)/assay-worker"
        mkdir(place, 0o755)
        // Only ourselves: where others share the group it was not given to us, and enabling fails.
        ControlFile.write("\(getpid())", to: "\(place)/cgroup.procs")
        for controller in ["memory", "pids", "cpu"] where offered.contains(controller) {
            ControlFile.write("+\(controller)", to: "\(directory)/cgroup.subtree_control")
        }
        let enabled = ControlFile.words("\(directory)/cgroup.subtree_control")
        var places: [Controller: String] = [:]
        for controller in Controller.allCases {
            // Processor time is counted in every group of version 2.
            let isThere = controller == .cpuacct || enabled.contains(controller.rawValue)
            if isThere { places[controller] = directory }
        }
        return ControlGroups(places: places, isUnified: true)
    }

    /// The worker that made the group of this name: `assay-command-PID-NUMBER`.
    static func owner(of name: String) -> pid_t? {
        guard name.hasPrefix(Self.prefix) else { return nil }
        return name.dropFirst(Self.prefix.count).split(separator: "-").first.flatMap { pid_t($0) }
    }

    private static func canMakeGroups(in directory: String) -> Bool {
        let probe = "\(directory)/\(Self.prefix)probe-\(getpid())"
        guard mkdir(probe, 0o755) == 0 else { return false }
        return rmdir(probe) == 0
    }

    /// Removes groups whose worker is gone. Those of a worker that lives may be empty only because
    /// their command is just about to enter.
    private static func removeLeftBehind(in directory: String) {
        guard let listing = opendir(directory) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let owner = Self.owner(of: name), kill(owner, 0) != 0, errno == ESRCH else {
                continue
            }
            rmdir("\(directory)/\(name)")
        }
    }
}

/// A file by which the kernel is asked or told something.
enum ControlFile {
    /// The longest, in bytes: the mounts of a host with hundreds of containers.
    private static let bytesMax = 256 << 10

    static func read(_ path: String) -> String? {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = Descriptor(adopting: number)
        let bytes = try? file.read(upTo: Self.bytesMax, from: path)
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    static func words(_ path: String) -> [String] {
        (Self.read(path) ?? "").split(whereSeparator: \.isWhitespace).map(String.init)
    }

    /// The number behind a name, as in `oom_kill 3`; or the only one, as in `4096`.
    static func number(_ path: String, _ name: String? = nil) -> UInt64? {
        guard let text = Self.read(path) else { return nil }
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let name else { return words.first.flatMap { UInt64($0) } }
            if words.count == 2, words[0] == name { return UInt64(words[1]) }
        }
        return nil
    }

    @discardableResult static func write(_ text: String, to path: String) -> Bool {
        let number = open(path, O_WRONLY | O_CLOEXEC)
        guard number >= 0 else { return false }
        let file = Descriptor(adopting: number)
        return file.withNumber { Glibc.write($0, text, text.utf8.count) } == text.utf8.count
    }
}
