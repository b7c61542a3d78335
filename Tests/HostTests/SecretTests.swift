import CHost
import Foundation
import Glibc
import Testing

@testable import Host

@Suite struct SecretMemoryTests {
    @Test func `a secret holds what was written, and only in this process's own map`() throws {
        let secret = try SecretMemory(byteCount: 5) { bytes in
            bytes.copyBytes(from: [1, 2, 3, 4, 5])
        }
        #expect(secret.withBytes { Array($0) } == [1, 2, 3, 4, 5])
        let hasSecretMemory = assay_memfd_secret() >= 0
        guard hasSecretMemory else {
            print("SKIPPED: this kernel has no memfd_secret; the secret is \(secret.protection)")
            #expect(secret.protection != .secret)
            return
        }
        #expect(secret.protection == .secret)
        // The kernel does not map it, so that it cannot copy it for anybody either.
        let memory = Descriptor(adopting: open("/proc/self/mem", O_RDONLY | O_CLOEXEC))
        let read = secret.withBytes { bytes in
            var copy: [UInt8] = [0, 0, 0, 0, 0]
            return pread(memory.number, &copy, 5, off_t(Int(bitPattern: bytes.baseAddress)))
        }
        #expect(read == -1)
    }

    @Test func `a secret is left out of dumps and of children`() throws {
        let secret = try SecretMemory(byteCount: 32) { $0[0] = 7 }
        let address = secret.withBytes { UInt(bitPattern: $0.baseAddress) }
        let file = Descriptor(adopting: open("/proc/self/smaps", O_RDONLY | O_CLOEXEC))
        let maps = String(decoding: try file.read(upTo: 64 << 20, from: "smaps"), as: UTF8.self)
        let lines = maps.split(separator: "\n").drop { line in
            let ends = line.prefix { $0 != " " }.split(separator: "-")
                .compactMap { UInt($0, radix: 16) }
            return ends.count != 2 || !(ends[0]..<ends[1]).contains(address)
        }
        let flags = try #require(lines.first { $0.hasPrefix("VmFlags:") })
        for flag in [" dd", " dc", " lo"] { #expect(flags.contains(flag), "\(flags)") }
        withExtendedLifetime(secret) {}
    }

    @Test func `what cannot be written is no secret`() {
        struct Refusal: Error {}
        #expect(throws: Refusal.self) {
            _ = try SecretMemory(byteCount: 1) { (_) throws(Refusal) in throw Refusal() }
        }
    }
}

@Suite struct SecretKeyFileTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    @Test func `a file of one key is made for its owner alone, and never over another`() throws {
        let path = self.scratch["blob.key"]
        #expect(try SecretKeyFile.read(path) == nil)
        let id = try SecretKeyFile.make(at: path)
        #expect(mode(of: path) == 0o600)
        let keys = try #require(try SecretKeyFile.read(path))
        #expect(keys.map(\.id) == [id])
        #expect(keys[0].memory.withBytes { Set($0) }.count > 8)
        #expect(throws: HostError(.exists, "")) { try SecretKeyFile.make(at: path) }
        #expect(try SecretKeyFile.read(path)?.map(\.id) == [id])
    }

    @Test func `a newer key comes first, and the others and what was noted stay`() throws {
        let path = self.scratch["blob.key"]
        let first = try SecretKeyFile.make(at: path)
        let before = try String(contentsOfFile: path, encoding: .utf8)
        try (before + "# from March\n").write(toFile: path, atomically: false, encoding: .utf8)
        let second = try SecretKeyFile.rotate(at: path)
        #expect(try SecretKeyFile.read(path)?.map(\.id) == [second, first])
        let after = try String(contentsOfFile: path, encoding: .utf8)
        #expect(after.hasPrefix(before.prefix { $0 == "#" }) && after.hasSuffix("# from March\n"))
        #expect(mode(of: path) == 0o600)
        #expect(throws: HostError(.missing, "")) {
            try SecretKeyFile.rotate(at: self.scratch["other.key"])
        }
    }

    @Test func `a line that is no key is named by its number, and not repeated`() throws {
        let path = self.scratch["blob.key"]
        _ = try SecretKeyFile.make(at: path)
        let good = try #require(
            try String(contentsOfFile: path, encoding: .utf8)
                .split(separator: "\n").last { !$0.hasPrefix("#") })
        let mistyped = good.dropLast() + (good.last == "0" ? "1" : "0")
        let bad = [
            "secret", "assay-key-1 12 34", String(mistyped), "\(good)\n\(good)",
            good.uppercased(), "\(good) more", String(good.dropLast(2)),
        ]
        for line in bad {
            let lines = line.split(separator: "\n").count
            try self.scratch.file("bad.key", "# note\n\n\(line)\n")
            let error = #expect(throws: HostError.self) {
                try SecretKeyFile.read(self.scratch["bad.key"])
            }
            #expect(error?.code == .malformed, "\(line)")
            let place = "bad.key:\(lines + 2): "
            #expect(error?.reason.contains(place) == true, "\(error?.reason ?? "")")
            #expect(error?.reason.contains(line.suffix(20)) == false)
        }
        try self.scratch.file("empty.key", "# nothing\n")
        #expect(throws: HostError(.malformed, "")) {
            try SecretKeyFile.read(self.scratch["empty.key"])
        }
    }

    @Test func `a file that others can read is refused`() throws {
        let path = self.scratch["blob.key"]
        _ = try SecretKeyFile.make(at: path)
        chmod(path, 0o644)
        #expect(throws: HostError(.unsafe, "")) { try SecretKeyFile.read(path) }
    }
}
