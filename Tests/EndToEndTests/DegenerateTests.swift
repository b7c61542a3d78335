import Foundation
import LiveCluster
import Testing

/// Tables of which little can be learned: a job that cannot start says so before it takes a slot,
/// and of one that can no trial takes the others with it.
@Suite struct DegenerateTests {
    private static func numbers(_ count: Int, seed: UInt64 = 1) -> [Double] {
        var noise = Tables.Noise(state: seed)
        return (0..<count).map { _ in noise.unit() }
    }

    /// Rows of one feature and an answer.
    private static func pairs(_ rows: Int, _ row: (Int, Double) -> String) -> String {
        "x,y\n" + Self.numbers(rows).enumerated().map { row($0, $1) + "\n" }.joined()
    }

    private static func months(_ count: Int, _ value: (Int, Double) -> String) -> String {
        "t,y\n"
            + Self.numbers(count).enumerated().map { month, number in
                let day = "\(2000 + month / 12)-\(month % 12 + 1)"
                let padded = day.count < 7 ? day.replacing("-", with: "-0") : day
                return "\(padded)-01,\(value(month, number))\n"
            }.joined()
    }

    private static func run(
        _ cluster: Cluster, _ table: String, _ task: String, data: String = "target: y",
        more: String = ""
    ) async throws -> Program {
        let job = try cluster.write(
            job: """
                task: \(task)
                data: { train: odd.csv, \(data) }
                budget: { trials: 16 }
                cv: 3
                output: odd.model
                \(more)
                """, on: table, named: "odd")
        return try cluster.start(Binaries.assay, ["run", job, "--json"])
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let task: String
        let table: String
        var data = "target: y"
        var more = ""
        let says: String
    }

    static let refusals = [
        Refusal(
            testDescription: "a column that never varies", task: "regression",
            table: pairs(30) { _, number in "1,\(number)" }, says: "nothing tells its rows apart"),
        Refusal(
            testDescription: "no value at all", task: "regression",
            table: pairs(30) { _, number in ",\(number)" }, says: "nothing tells its rows apart"),
        Refusal(
            testDescription: "ten thousand categories of one row each", task: "classification",
            table: pairs(10_000) { row, _ in "k\(row),\(row % 2)" },
            says: "nothing tells its rows apart"),
        Refusal(
            testDescription: "one class", task: "classification",
            table: pairs(30) { _, number in "\(number),a" }, says: "one class only"),
        Refusal(
            testDescription: "a class for each of 1,025 rows", task: "classification",
            table: pairs(1025) { row, number in "\(number),k\(row)" },
            says: "more than 1024 classes"),
        Refusal(
            testDescription: "an infinite feature", task: "regression",
            table: pairs(30) { row, number in "\(row == 7 ? "-inf" : "\(number)"),\(number)" },
            says: "line 9, column 1 (x): the field is no finite decimal number"),
        Refusal(
            testDescription: "an answer that is missing", task: "regression",
            table: pairs(30) { row, number in "\(number),\(row == 7 ? "" : "1")" },
            says: "line 9, column 2 (y): the target is missing in this row"),
        Refusal(
            testDescription: "the answer alone", task: "regression", table: "y\n1\n2\n3\n4\n5\n6\n",
            says: "no column to learn from but the target"),
        Refusal(
            testDescription: "rows that are all one", task: "anomaly_detection",
            table: pairs(30) { _, _ in "1,2" }, data: "cache: memory",
            says: "nothing tells its rows apart"),
        Refusal(
            testDescription: "a horizon longer than history", task: "forecasting",
            table: months(24) { _, number in "\(number)" }, data: "target: y, time: t",
            more: "horizon: 30", says: "a horizon of 30 steps is longer than every series"),
        Refusal(
            testDescription: "a series that never changes", task: "forecasting",
            table: months(60) { _, _ in "5" }, data: "target: y, time: t", more: "horizon: 6",
            says: "mase is undefined for every series"),
        Refusal(
            testDescription: "two rows of one time", task: "forecasting",
            table: months(60) { _, number in "\(number)" } + "2004-12-01,1\n",
            data: "target: y, time: t", more: "horizon: 6", says: "has the same time"),
        Refusal(
            testDescription: "an infinite value in a series", task: "forecasting",
            table: months(60) { month, number in month == 7 ? "inf" : "\(number)" },
            data: "target: y, time: t", more: "horizon: 6",
            says: "line 9, column 2 (y): the field is no finite decimal number"),
    ]

    @Test(arguments: refusals) func `a job that cannot start says why before it takes a slot`(
        _ refusal: Refusal
    ) async throws {
        let cluster = try await Cluster()
        let run = try await Self.run(
            cluster, refusal.table, refusal.task, data: refusal.data, more: refusal.more)
        #expect(await run.status == 2, "\(run.output)")
        #expect(run.errors.contains(refusal.says), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: cluster.path("odd.model")))
    }

    struct Oddity: CustomTestStringConvertible {
        let testDescription: String
        let task: String
        let table: String
        var data = "target: y"
        var more = ""
    }

    static let oddities = [
        Oddity(
            testDescription: "an answer that never varies", task: "regression",
            table: pairs(30) { _, number in "\(number),3" }),
        Oddity(
            testDescription: "more columns than rows", task: "classification",
            table: (0..<120).map { "c\($0)" }.joined(separator: ",") + ",y\n"
                + (0..<20).map { row in
                    Self.numbers(120, seed: UInt64(row)).map { "\($0)" }.joined(separator: ",")
                        + ",\(row % 2)\n"
                }.joined()),
        Oddity(
            testDescription: "one column that is empty", task: "regression",
            table: "x,z,y\n" + Self.numbers(30).map { "\($0),,\($0)\n" }.joined()),
        Oddity(
            testDescription: "rows that repeat", task: "classification",
            table: "x,y\n" + String(repeating: "1,a\n", count: 20)
                + String(repeating: "2,b\n", count: 20)),
        Oddity(
            testDescription: "classes that a line parts", task: "classification",
            table: pairs(40) { row, _ in "\(row),\(row < 20 ? "a" : "b")" }),
        Oddity(
            testDescription: "a class for each row", task: "classification",
            table: pairs(40) { row, number in "\(number),k\(row)" }),
        Oddity(
            testDescription: "a class of one row", task: "classification",
            table: pairs(40) { row, number in
                "\(number),\(row == 3 ? "rare" : row % 2 == 0 ? "even" : "odd")"
            }),
        Oddity(
            testDescription: "numbers near the greatest", task: "regression",
            table: pairs(30) { _, number in "\(number)e300,\(number)e-300" }),
        Oddity(
            testDescription: "a series shorter than a season", task: "forecasting",
            table: months(9) { _, number in "\(number)" }, data: "target: y, time: t",
            more: "horizon: 2"),
        Oddity(
            testDescription: "a series with gaps, from its end to its beginning",
            task: "forecasting",
            table: "t,y\n"
                + months(60) { _, number in "\(number)" }.split(separator: "\n").dropFirst()
                .reversed().enumerated().filter { $0.offset % 11 != 5 }
                .map { $0.element + "\n" }.joined(),
            data: "target: y, time: t", more: "horizon: 6"),
    ]

    @Test(arguments: oddities) func `a job goes on beside trials that cannot be computed`(
        _ oddity: Oddity
    ) async throws {
        let cluster = try await Cluster()
        let run = try await Self.run(
            cluster, oddity.table, oddity.task, data: oddity.data, more: oddity.more)
        #expect(await run.status == 0, "\(run.errors)")
        let ended = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(ended["state"] as? String == "succeeded")
        #expect(FileManager.default.fileExists(atPath: cluster.path("odd.model/manifest.json")))
    }
}
