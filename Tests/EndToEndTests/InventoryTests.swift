import Foundation
import LiveCluster
import Testing

/// What a release says that it is made of.
@Suite struct InventoryTests {
    private struct Inventory: Decodable {
        struct Component: Decodable {
            struct Choice: Decodable {
                struct License: Decodable {
                    let id: String?
                    let name: String?
                }
                let license: License
            }
            let name: String
            let version: String
            let purl: String
            let licenses: [Choice]
        }
        let specVersion: String
        let components: [Component]
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func `the inventory names every part with its version and licence`() async throws {
        let cluster = try await Cluster()
        let script = Self.root.appending(path: "deploy/sbom.py").path
        let run = try cluster.start("/usr/bin/env", ["python3", script, Binaries.assay])
        #expect(await run.status == 0, "\(run.errors)")
        let inventory = try JSONDecoder().decode(Inventory.self, from: Data(run.output.utf8))
        #expect(inventory.specVersion == "1.5")
        let parts = Dictionary(uniqueKeysWithValues: inventory.components.map { ($0.name, $0) })

        let package = try String(
            contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let declared = package.matches(of: #/\.package\(url: "https://[^"]*/([^/"]+)", from/#)
        #expect(declared.count > 10)
        for match in declared {
            let part = try #require(parts[match.output.1.lowercased()], "\(match.output.1)")
            #expect(part.version.wholeMatch(of: #/\d+\.\d+\.\d+/#) != nil)
            #expect(part.licenses.first?.license.id != nil)
        }
        // What the loader brings, by Debian's names.
        for name in ["libc6", "libsqlite3-0", "libseccomp2"] {
            let part = try #require(parts[name])
            #expect(part.purl.hasPrefix("pkg:deb/debian/\(name)@"))
        }
    }
}
