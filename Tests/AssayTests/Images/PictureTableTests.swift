import Engine
import Foundation
import Testing
import Wire

@testable import assay

/// Folders and record sets of pictures, as a table before anything leaves.
@Suite struct PictureTableTests {
    /// Two classes of two pictures each.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (kind, names) in [("elm", ["grey.png", "grey.jpg"]), ("ash, young", ["deep.png"])] {
            try Self.make("trees/\(kind)", in: folder)
            for name in names {
                try folder.write(PictureDecoderTests.fixture(name), to: "trees/\(kind)/\(name)")
            }
        }
        try folder.write("hidden", to: "trees/elm/.directory")
        return folder
    }

    private static func make(_ name: String, in folder: TemporaryFolder) throws {
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }

    private static func table(
        _ path: String, target: String? = "class", hasColour: Bool? = nil
    ) throws -> PictureTable {
        let set = try #require(try PictureSet(ifAt: path))
        return try PictureTable(set, size: 16, hasColour: hasColour, target: target)
    }

    private static func rows(_ table: PictureTable) -> [[String]] {
        String(decoding: table.bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private static func refusal(_ path: String) -> String {
        do {
            _ = try Self.table(path)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func `folders are classes, and files rows in the order of their names`() throws {
        let folder = try Self.folder()
        let table = try Self.table("\(folder.path)/trees")
        #expect(
            table.files == ["ash, young/deep.png", "elm/grey.jpg", "elm/grey.png"])
        #expect(!table.features.hasColour)
        let text = String(decoding: table.bytes, as: UTF8.self).split(separator: "\n")
        #expect(text[0].hasSuffix(",class") && text[1].hasSuffix(",\"ash, young\""))
        #expect(text[2].hasSuffix(",elm") && text.count == 4)
    }

    @Test func `numbers in the table are those of the picture`() throws {
        let folder = try Self.folder()
        let table = try Self.table("\(folder.path)/trees/elm", target: nil)
        let picture = try PictureDecoderTests.decode(PictureDecoderTests.fixture("grey.png")).get()
        let rows = Self.rows(table)
        #expect(rows[0] == table.features.names)
        let values = table.features.values(of: picture)
        #expect(try rows[2].map { try #require(Double($0)) } == values.map { Double($0) / 10_000 })
    }

    @Test func `colour is kept where a picture has some, or as the job says`() throws {
        let folder = try Self.folder()
        try folder.write(PictureDecoderTests.fixture("colour.png"), to: "trees/elm/colour.png")
        let path = "\(folder.path)/trees"
        #expect(try Self.table(path).features.hasColour)
        #expect(try !Self.table(path, hasColour: false).features.hasColour)
        for row in Self.rows(try Self.table(path, target: nil)) {
            #expect(row.count == 16 + 36 + 32)
        }
    }

    @Test func `all that cannot be read is told at once, by name`() throws {
        let folder = try Self.folder()
        try folder.write([], to: "trees/elm/a.png")
        try folder.write("no picture", to: "trees/elm/notes.txt")
        try folder.write(PictureDecoderTests.fixture("still.gif"), to: "trees/elm/x.gif")
        try Self.make("trees/elm/young", in: folder)
        let refusal = Self.refusal("\(folder.path)/trees")
        #expect(refusal.contains("4 of 7 pictures cannot be read: elm/a.png is empty; "))
        #expect(refusal.contains("elm/notes.txt is no PNG and no JPEG; elm/x.gif is a GIF"))
        #expect(refusal.contains("elm/young is not a file"))
        for number in 0..<9 { try folder.write([], to: "trees/elm/b\(number).png") }
        let long = Self.refusal("\(folder.path)/trees")
        #expect(long.contains("13 of 16") && long.hasSuffix("b3.png is empty; …"))
    }

    @Test func `many are rows in their order, whichever thread decodes them`() throws {
        let fixtures = try ["grey.png", "grey.jpg", "deep.png", "one.png", "palette.png"]
            .map(PictureDecoderTests.fixture)
        let folder = try TemporaryFolder()
        try Self.make("many", in: folder)
        let count = PictureLimits.batchFilesMax + 9
        let names = (0..<count).map { "\(10_000 + $0)" }
        for (number, name) in names.enumerated() {
            try folder.write(fixtures[number % fixtures.count], to: "many/\(name)")
        }
        let table = try Self.table("\(folder.path)/many", target: nil)
        let features = try #require(ImageFeatures(size: 16, hasColour: true))
        let expected = try fixtures.map { bytes in
            features.values(of: try PictureDecoderTests.decode(bytes).get())
                .map { Double($0) / 10_000 }
        }
        #expect(table.files == names)
        let rows = Self.rows(table).dropFirst()
        #expect(rows.count == count)
        for (number, row) in rows.enumerated() {
            #expect(row.map { Double($0) } == expected[number % fixtures.count], "row \(number)")
        }
        let broken = [3, 4, 90, 700, 701, count - 2]
        for number in broken { try folder.write("-", to: "many/\(names[number])") }
        let faults = broken.prefix(5).map { "\(names[$0]) is no PNG and no JPEG" }
        #expect(
            Self.refusal("\(folder.path)/many").hasSuffix(
                "6 of 1,033 pictures cannot be read: " + faults.joined(separator: "; ") + "; …"))
    }

    @Test func `a folder of neither is refused`() throws {
        let folder = try Self.folder()
        try Self.make("none", in: folder)
        #expect(Self.refusal("\(folder.path)/none").contains("holds no pictures"))
        try folder.write([], to: "trees/loose.png")
        #expect(Self.refusal("\(folder.path)/trees").contains("in none"))
        // A table is none of ours.
        try folder.write("a,b\n1,2\n", to: "rows.csv")
        #expect(try PictureSet(ifAt: "\(folder.path)/rows.csv") == nil)
    }

    @Test func `records are rows, and those without a picture are told`() throws {
        let tables = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "EngineTests/Tables/Fixtures").path
        let table = try Self.table("\(tables)/pictures-binary.arrow", target: "tree")
        #expect(table.files == nil)
        let trees = (0..<7).map { ["ash", "elm"][$0 % 2] }
        #expect(Self.rows(table).map { $0.last } == ["tree"] + trees)
        let error = #expect(throws: InputError.self) {
            try Self.table("\(tables)/pictures.arrow", target: "label")
        }
        let sentence = error?.sentence ?? ""
        #expect(sentence.contains("2 of 7 pictures cannot be read: line 4 has no bytes"))
    }

    // MARK: Jobs

    private static func job(
        _ data: String, in folder: TemporaryFolder, more: String = ""
    ) throws -> PreparedJob {
        try PreparedJob(
            path: folder.write(
                """
                task: classification
                data: { \(data) }
                budget: { trials: 3 }
                cv: 2
                \(more)
                """, to: "job.yaml"))
    }

    @Test func `a job of pictures sends a table, and says what they were brought to`() throws {
        let folder = try Self.folder()
        for number in 0..<3 {
            try folder.write(
                PictureDecoderTests.fixture("deep.png"), to: "trees/ash, young/\(number).png")
        }
        let job = try Self.job("images: trees, size: 24", in: folder)
        guard case .learning(let learning) = job.spec.kind else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.lesson.images == ImageTerms(size: 24, hasColour: false))
        #expect(learning.lesson.target == "class")
        #expect(learning.rows == 6 && learning.classes == 2 && learning.columns == 36 + 144)
        #expect(try JobSpec(job.spec.message) == job.spec)
        #expect(job.data?.lines ?? [] == [])
    }

    @Test(arguments: [
        ("images: trees, size: 20", "", "must be a multiple of 8"),
        ("images: trees, schema: s.yaml", "", "schema"),
        ("images: trees, screen: refuse", "", "screen"),
        ("images: trees, target: kind", "anonymize_columns: true", "have no aliases"),
        ("images: trees/elm", "", "holds no folders"),
        ("images: rows.csv", "", "holds no pictures"),
        ("train: rows.csv, target: b, size: 16", "", "size"),
    ]) func `what does not suit pictures is refused`(
        data: String, more: String, why: String
    ) throws {
        let folder = try Self.folder()
        try folder.write("a,b\n1,2\n2,3\n3,2\n4,3\n", to: "rows.csv")
        let error = #expect(throws: InputError.self) { try Self.job(data, in: folder, more: more) }
        #expect(error?.description.contains(why) == true, "\(error?.description ?? "")")
    }
}
