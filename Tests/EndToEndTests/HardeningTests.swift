import Foundation
import Glibc
import LiveCluster
import Testing

/// What the programs are made of, as readelf sees it: what makes it hard to turn a slip in memory
/// into somebody else's code.
@Suite struct HardeningTests {
    private static let programs = [Binaries.assay, Binaries.certs]

    private static let hasReadelf = ConditionTrait.enabled(
        if: FileManager.default.isExecutableFile(atPath: "/usr/bin/readelf"),
        "readelf is not installed (make deps): the programs were not examined")

    private static func readelf(_ option: String, _ program: String) async throws -> [Substring] {
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "assay-e2e-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let readelf = try Program(
            ["/usr/bin/readelf", "--wide", option, program], environment: ["LANG": "C"],
            in: scratch.path)
        #expect(await readelf.status == 0, "\(readelf.errors)")
        return readelf.output.split(separator: "\n")
    }

    @Test(hasReadelf, arguments: programs)
    func `a program lies at another address each time`(program: String) async throws {
        let header = try await Self.readelf("--file-header", program)
        #expect(header.contains { $0.contains("Type:") && $0.contains("DYN") })
        let dynamic = try await Self.readelf("--dynamic", program)
        #expect(dynamic.contains { $0.contains("FLAGS_1") && $0.contains("PIE") })
        // Addresses in code would make it writable while it is loaded.
        #expect(!dynamic.contains { $0.contains("TEXTREL") })
    }

    @Test(hasReadelf, arguments: programs)
    func `the tables of symbols are read-only before main`(program: String) async throws {
        let segments = try await Self.readelf("--program-headers", program)
        #expect(segments.contains { $0.contains("GNU_RELRO") })
        let dynamic = try await Self.readelf("--dynamic", program)
        #expect(dynamic.contains { $0.contains("FLAGS_1") && $0.contains("NOW") })
    }

    @Test(hasReadelf, arguments: programs)
    func `nothing is both writable and executable, the stack least of all`(
        program: String
    ) async throws {
        let segments = try await Self.readelf("--program-headers", program)
        let stack = try #require(segments.first { $0.contains("GNU_STACK") })
        #expect(stack.contains(" RW ") && !stack.contains("RWE"), "\(stack)")
        let loads = segments.filter { $0.contains(" LOAD ") }
        #expect(loads.count >= 2)
        #expect(!loads.contains { $0.contains("RWE") }, "\(loads)")
    }

    @Test(hasReadelf, arguments: programs)
    func `a smashed stack ends the process`(program: String) async throws {
        let symbols = try await Self.readelf("--dyn-syms", program)
        #expect(symbols.contains { $0.contains("__stack_chk_fail") })
    }

    @Test(arguments: programs) func `no program becomes somebody else by being run`(
        program: String
    ) throws {
        var status = stat()
        #expect(stat(program, &status) == 0)
        #expect(status.st_mode & (S_ISUID | S_ISGID) == 0)
    }
}
