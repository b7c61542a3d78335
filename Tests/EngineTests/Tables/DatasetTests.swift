import Testing

@testable import Engine

@Suite struct DatasetTests {
    @Test func `texts become classes in sorted order`() throws {
        let data = try SmallTables.dataset("x,y\n1,b\n2,a\n3,b\n", target: "y", .classification)
        #expect(data.classNames == ["a", "b"])
        #expect(data.answers == .classes([1, 0, 1], count: 2))
        #expect(data.features.columns.map(\.name) == ["x"])
    }

    @Test func `numbers become classes in the order of their values`() throws {
        let csv = "x,y\n1,10\n2,9\n3,9.0\n4,-0.5\n5,0\n6,-0\n"
        let data = try SmallTables.dataset(csv, target: "y", .classification)
        #expect(data.classNames == ["-0.5", "0", "9", "10"])
        #expect(data.answers == .classes([3, 2, 2, 0, 1, 1], count: 4))
    }

    @Test func `numbers stay numbers under regression`() throws {
        let data = try SmallTables.dataset("y,x\n10,1\n9,2\n", target: "y", .regression)
        #expect(data.answers == .numbers([10, 9]))
        #expect(data.classNames.isEmpty)
        #expect(data.schema.columns.map(\.name) == ["x", "y"])
    }

    @Test(arguments: [
        (
            "x,y\n1,a\n2,b\n", "z", LearningTask.classification,
            TableError.Code.missingColumn, Int?.some(1)
        ),
        ("x,y\n1,a\n2,\n", "y", .classification, .targetMissing, 3),
        ("x,y\n1,5\n2,\n", "y", .regression, .targetMissing, 3),
        ("x,y\n1,5\n2,canary\n", "y", .regression, .badNumber, 3),
        ("x,y\n1,a\n2,a\n", "y", .classification, .oneClass, nil),
        ("x,y\n1,7\n2,7.0\n", "y", .classification, .oneClass, nil),
        ("y\n1\n2\n", "y", .classification, .noFeatures, nil),
    ]) func `a target that does not suit is named with its line`(
        csv: String, target: String, task: LearningTask, code: TableError.Code, line: Int?
    ) {
        let error = #expect(throws: TableError.self) {
            try SmallTables.dataset(csv, target: target, task)
        }
        #expect(error?.code == code)
        #expect(error?.line == line)
        #expect(error?.description.contains("canary") == false)
    }

    @Test func `a target of many numbers is no classification`() {
        let rows = (0..<2000).map { "\($0),\($0)\n" }.joined()
        let error = #expect(throws: TableError.self) {
            try SmallTables.dataset("x,y\n" + rows, target: "y", .classification)
        }
        #expect(error?.code == .tooManyClasses)
    }

    @Test func `a schema that lists categories for a regression's target contradicts it`() throws {
        let schema = try Schema([
            .init("x", .numeric()), .init("y", .categorical(categories: ["1", "2"])),
        ])
        #expect(throws: TableError(.targetNotNumeric, column: .init(number: nil, name: "y"), "")) {
            try SmallTables.dataset("x,y\n1,1\n2,2\n", target: "y", .regression, schema)
        }
    }
}
