import Foundation
import Testing

@testable import WorkerShell

@Suite struct ControlGroupsTests {
    @Test func `version 2 has one place for all`() {
        let host = ControlGroups.Host(
            mounts:
                "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate",
            membership: "0::/system.slice/assay-worker.service\n")
        #expect(host.own.unified == "/sys/fs/cgroup/system.slice/assay-worker.service")
        #expect(host.own.byController.isEmpty)
    }

    @Test func `version 1 has a place for each controller, also where two share one`() {
        let host = ControlGroups.Host(
            mounts: """
                31 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
                32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
                33 30 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
                34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """,
            membership: "5:cpu,cpuacct:/\n4:memory:/a/b\n1:name=systemd:/x\n0::/x\n")
        #expect(
            host.own.byController == [
                .memory: "/sys/fs/cgroup/memory/a/b", .cpu: "/sys/fs/cgroup/cpu,cpuacct",
                .cpuacct: "/sys/fs/cgroup/cpu,cpuacct",
            ])
        #expect(host.own.unified == "/sys/fs/cgroup/unified/x")
    }

    @Test func `in a container the mounted part of the hierarchy is not named twice`() {
        let host = ControlGroups.Host(
            mounts: "31 30 0:27 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup rw",
            membership: "0::/docker/7/worker\n")
        #expect(host.own.unified == "/sys/fs/cgroup/worker")
    }

    @Test func `a host without control groups has none, and all of them are missed`() {
        let none = ControlGroups.prepare(.init(mounts: "", membership: ""))
        #expect(none == .none)
        #expect(none.missing == ControlGroups.Controller.allCases)
    }

    @Test func `a group says whose it is`() {
        #expect(ControlGroups.owner(of: "assay-command-4711-3") == 4711)
        #expect(ControlGroups.owner(of: "assay-worker") == nil)
        #expect(ControlGroups.owner(of: "assay-command-probe-1") == nil)
    }

    // MARK: With files in the place of the kernel

    @Test func `bounds are written in the words of either version`() throws {
        let scratch = try Scratch()
        let bounds = ControlGroup.Bounds(memoryBytes: 1000, processes: 7, processors: 2)
        // A directory takes no files of ours that are not there: the kernel makes them.
        #expect(throws: (any Error).self) {
            try ControlGroup(
                ControlGroups(places: [.memory: scratch.path], isUnified: true), name: "x", bounds)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }

    @Test func `numbers are found behind their names, or alone`() throws {
        let scratch = try Scratch()
        let events = try scratch.file("events", "low 0\noom 2\noom_kill 3\n")
        #expect(ControlFile.number(events, "oom_kill") == 3)
        #expect(ControlFile.number(events, "oom_group") == nil)
        let usage = try scratch.file("usage", "4711\n")
        #expect(ControlFile.number(usage) == 4711)
        #expect(ControlFile.number("\(scratch.path)/none") == nil)
    }
}

/// A directory for one test.
private final class Scratch {
    let path: String

    init() throws {
        let made = FileManager.default.temporaryDirectory
            .appending(path: "assay-groups-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: false)
        self.path = made.path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(self.path)/\(name)"
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}
