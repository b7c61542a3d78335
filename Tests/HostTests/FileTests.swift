import Foundation
import Glibc
import Host
import Privacy
import Testing

@Suite struct SecretFileTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    @Test(arguments: [0o600, 0o400] as [mode_t]) func `its owner's file is read`(
        mode: mode_t
    ) throws {
        let path = try self.scratch.file("key.pem", mode: mode)
        #expect(try SecretFile.read(path) == Private(Array("secret".utf8)))
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o440] as [mode_t])
    func `a file that others can reach is refused with what would be right`(mode: mode_t) throws {
        let path = try self.scratch.file("key.pem", mode: mode)
        let error = #expect(throws: HostError.self) { try SecretFile.read(path) }
        #expect(error?.code == .unsafe)
        #expect(error?.reason.contains("chmod 600 \(path)") == true)
        #expect(error?.reason.contains("0" + String(mode, radix: 8)) == true)
    }

    @Test func `a credential of the service may be readable to a group`() throws {
        let path = try self.scratch.file("key.pem", mode: 0o440)
        let service = Environment(["CREDENTIALS_DIRECTORY": self.scratch.path])
        #expect(try SecretFile.read(path, environment: service) == Private(Array("secret".utf8)))

        // Elsewhere, or looser than that, it may not.
        try self.scratch.directory("below")
        let below = try self.scratch.file("below/key.pem", mode: 0o440)
        #expect(throws: HostError.self) { try SecretFile.read(below, environment: service) }
        let loose = try self.scratch.file("loose.pem", mode: 0o444)
        #expect(throws: HostError.self) { try SecretFile.read(loose, environment: service) }
    }

    @Test func `what is no regular file is refused and holds nobody up`() throws {
        let target = try self.scratch.file("target")
        symlink(target, self.scratch["link"])
        mkfifo(self.scratch["pipe"], 0o600)
        try self.scratch.directory("directory")
        for name in ["link", "pipe", "directory"] {
            let error = #expect(throws: HostError.self) { try SecretFile.read(self.scratch[name]) }
            #expect(error?.code == .unsafe, "\(name)")
        }
        let error = #expect(throws: HostError.self) { try SecretFile.read(self.scratch["none"]) }
        #expect(error?.code == .missing)
    }

    @Test func `a key larger than any key is refused`() throws {
        let path = try self.scratch.file(
            "key.pem", String(repeating: "k", count: SecretFile.bytesMax + 1))
        let error = #expect(throws: HostError.self) { try SecretFile.read(path) }
        #expect(error?.code == .malformed)
    }

    @Test func `a secret is written for its owner alone and never over another`() throws {
        let path = self.scratch["key.pem"]
        try SecretFile.write(Private([1, 2]), to: path)
        #expect(mode(of: path) == 0o600)
        let error = #expect(throws: HostError.self) { try SecretFile.write(Private([3]), to: path) }
        #expect(error?.code == .exists)
        #expect(try SecretFile.read(path) == Private([1, 2]))
        #expect(try self.scratch.names == ["key.pem"])
    }
}

@Suite struct OutputPlaceTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    private func write(_ text: String, to name: String) throws {
        let place = try OutputPlace(self.scratch[name], readers: .owner)
        try Array(text.utf8).withUnsafeBytes { try place.append($0) }
        try place.publish()
    }

    @Test func `a link is followed, and stays one`() throws {
        let file = try self.scratch.file("real.csv")
        #expect(symlink("real.csv", self.scratch["link"]) == 0)
        try self.write("new", to: "link")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "new")
        var status = stat()
        #expect(lstat(self.scratch["link"], &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test func `a pipe is written to as it is`() throws {
        let path = self.scratch["pipe"]
        #expect(mkfifo(path, 0o600) == 0)
        // Opened for both, it neither blocks nor ends.
        let number = open(path, O_RDWR)
        defer { close(number) }
        try self.write("new", to: "pipe")
        var bytes = [UInt8](repeating: 0, count: 3)
        #expect(read(number, &bytes, 3) == 3 && bytes == Array("new".utf8))
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }

    @Test func `a device stays one, and a directory is no place`() throws {
        #expect(symlink("/dev/null", self.scratch["null"]) == 0)
        try self.write("new", to: "null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        try self.scratch.directory("folder")
        #expect(throws: HostError.self) { try self.write("new", to: "folder") }
    }

    @Test func `where nothing can be written is known before there is anything`() throws {
        try self.scratch.directory("folder")
        for name in ["folder", "none/file.csv"] {
            #expect(throws: HostError.self) { try OutputPlace.check(self.scratch[name]) }
        }
        try OutputPlace.check(self.scratch["folder/file.csv"])
        try OutputPlace.check("/dev/null")
    }
}

@Suite struct AtomicFileTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    @Test func `a file is replaced only where that was asked for`() throws {
        let path = self.scratch["file"]
        try AtomicFile.write([1], to: path, readers: .everyone, existing: .refused)
        #expect(mode(of: path) == 0o644)
        try AtomicFile.write([2], to: path, readers: .owner, existing: .replaced)
        #expect(mode(of: path) == 0o600)
        #expect(try SecretFile.read(path) == Private([2]))
        #expect(throws: HostError(.exists, "")) {
            try AtomicFile.write([3], to: path, readers: .owner, existing: .refused)
        }
        #expect(try self.scratch.names == ["file"])
    }

    @Test func `the draft that a crash left behind is no obstacle`() throws {
        try self.scratch.file(".file.draft", "half")
        try AtomicFile.write([1], to: self.scratch["file"], readers: .owner, existing: .refused)
        #expect(try self.scratch.names == ["file"])
    }

    @Test func `a place that takes no file is an error that names it`() {
        let path = self.scratch["none/file"]
        let error = #expect(throws: HostError.self) {
            try AtomicFile.write([1], to: path, readers: .owner, existing: .refused)
        }
        #expect(error?.code == .missing)
        #expect(error?.reason.contains(self.scratch["none"]) == true)
    }
}
