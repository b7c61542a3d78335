import Foundation
import Testing
import Wire

@testable import assay

/// Everything that a job names is judged before anything starts, with a sentence that says where.
@Suite struct PreparedJobTests {
    /// Stands in every bad table; no sentence may repeat it.
    static let canary = "canary7f3a"

    private static func rows(_ count: Int) -> String {
        (0..<count).map { "\($0),\($0 % 3),\($0 % 2 == 0 ? "yes" : "no")\n" }.joined()
    }

    private static func job(_ task: String, _ target: String, more: String = "") -> String {
        """
        task: \(task)
        data: { train: rows.csv, target: \(target) }
        budget: { trials: 5 }
        \(more)
        """
    }

    @Test func `a job is prepared with its shape, its metric and its blobs`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        let path = try folder.write(Self.job("classification", "label"), to: "job.yaml")
        let job = try PreparedJob(path: path)

        guard case .learning(let learning) = job.spec.kind else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.rows == 40)
        #expect(learning.columns == 2)
        #expect(learning.classes == 2)
        #expect(learning.lesson.metrics == ["roc_auc"])
        #expect(learning.direction == .maximise)
        #expect(job.uploads.map(\.blob.digest).contains(learning.lesson.data.digest))
        #expect(job.uploads.map(\.blob.digest).contains(learning.lesson.schema.digest))
        // What is sent is what the head's own checks accept.
        #expect(try JobSpec(job.spec.message) == job.spec)
    }

    @Test func `the positive class is the one that the job names`() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<40).map { "\($0),\($0 % 3),\($0 % 2 == 0 ? "left" : "stayed")\n" }
        try folder.write("a,b,label\n" + rows.joined(), to: "rows.csv")
        func lesson(_ positive: String, target: String = "label") throws -> Lesson? {
            let terms = "positive: \(positive)\nclass_weight: { left: 3 }\nmetric: f1"
            let path = try folder.write(
                Self.job("classification", target, more: terms), to: "job.yaml")
            guard case .learning(let learning) = try PreparedJob(path: path).spec.kind else {
                return nil
            }
            return learning.lesson
        }
        let (first, second) = (try lesson("left"), try lesson("stayed"))
        #expect(first?.positiveFirst == true && first?.classWeights == .given([1, 3]))
        #expect(second?.positiveFirst == false && second?.classWeights == .given([3, 1]))
        for (positive, target, words) in [
            ("gone", "label", "job.yaml:4:11: positive: column label: the target has the positive"),
            ("1", "b", "the target has 3 classes; of two one is positive"),
        ] {
            let error = #expect(throws: InputError.self) {
                try lesson(positive, target: target)
            }
            #expect("\(error!)".contains(words), "\(error!)")
        }
        // A third class that only the table has that judges.
        try folder.write("a,b,label\n1,2,left\n3,4,stayed\n5,6,back\n", to: "later.csv")
        for positive in ["left", "stayed"] {
            let text = Self.judged + "\npositive: \(positive)\n"
            let path = try folder.write(text, to: "job.yaml")
            let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
            #expect("\(error!)".contains("has not two classes") == (positive == "left"))
        }
    }

    @Test func `what is ignored is no column that is learned from`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        func prepared(_ names: String) throws -> PreparedJob {
            let text = Self.job("classification", "label")
                .replacing("target: label", with: "target: label, ignore: \(names)")
            return try PreparedJob(path: try folder.write(text, to: "job.yaml"))
        }
        guard case .learning(let learning) = try prepared("[b]").spec.kind else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.columns == 1)
        for (names, words) in [
            ("[c]", "rows.csv: column c: what is to be ignored is no column of the table"),
            ("[a, b]", "has no column to learn from"),
        ] {
            let error = #expect(throws: InputError.self) { try prepared(names) }
            #expect("\(error!)".contains(words), "\(error!)")
        }
    }

    /// What is said of a table with so many rows of the rarer of two classes, else its folds.
    private static func folds(rarer: Int, more: String = "") throws -> UInt32 {
        let folder = try TemporaryFolder()
        let rows = (0..<60).map { "\($0),\($0 % 7),\($0 < rarer ? "yes" : "no")\n" }
        try folder.write("a,b,label\n" + rows.joined(), to: "rows.csv")
        let path = try folder.write(
            Self.job("classification", "label", more: more), to: "job.yaml")
        guard case .learning(let learning) = try PreparedJob(path: path).spec.kind else { return 0 }
        return UInt32(learning.lesson.folds)
    }

    @Test func `every fold has rows of both classes, or the job is told what to do`() throws {
        #expect(try Self.folds(rarer: 20) == 5)
        #expect(try Self.folds(rarer: 3) == 3)
        #expect(try Self.folds(rarer: 1, more: "metric: log_loss") == 2)
        for (rarer, more) in [(1, ""), (3, "cv: 5")] {
            let error = #expect(throws: InputError.self) {
                try Self.folds(rarer: rarer, more: more)
            }
            let text = "\(error!)"
            #expect(text.contains("rows.csv: cannot be judged by roc_auc"), "\(text)")
            #expect(text.contains("all rows to judge are of one class"))
        }
    }

    @Test func `a table that is not the one the job names is refused before it is read`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a\n1\n2\n", to: "rows.csv")
        // printf 'a\n1\n2\n' | sha256sum
        let right = "d4fa155a0784a2543c083ff5c36ec7a7d4810f08946220e5acf4c1f11006216e"
        let wrong = String(repeating: "0", count: 64)
        for (digest, refusal) in [(wrong, "is not the table that the job names"), (right, "rows")] {
            let path = try folder.write(
                """
                task: regression
                data: { train: rows.csv, target: a, sha256: \(digest) }
                budget: { trials: 5 }
                """, to: "job.yaml")
            let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
            // The right one is read, and found too short.
            #expect(error?.description.contains(refusal) == true)
        }
    }

    @Test(arguments: ["abc", "sha256:\(String(repeating: "0", count: 64))", "A1"])
    func `a digest that is none is a mistake in the job file`(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            """
            task: regression
            data: { train: rows.csv, target: a, sha256: "\(text)" }
            budget: { trials: 5 }
            """, to: "job.yaml")
        let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains("job.yaml") == true)
        #expect(error?.description.contains("64 lower-case hexadecimal digits") == true)
    }

    @Test func `several classes are optimised by log loss, numbers by RMSE`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        for (task, target, metric) in [
            ("classification", "b", "log_loss"), ("regression", "a", "rmse"),
        ] {
            let path = try folder.write(Self.job(task, target), to: "job.yaml")
            guard case .learning(let learning) = try PreparedJob(path: path).spec.kind else {
                continue
            }
            #expect(learning.lesson.metrics == [metric])
            #expect(learning.direction == .minimise)
        }
    }

    private static let judged = """
        task: classification
        data: { train: rows.csv, target: label, validation: later.csv }
        budget: { trials: 5 }
        """

    @Test func `a table that judges travels beside the one that is learned from`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        // A class that only the judge knows is one of the model's.
        try folder.write("a,b,label\n1,2,yes\n3,4,maybe\n", to: "later.csv")
        for anonymous in [false, true] {
            let job = try PreparedJob(
                path: try folder.write(Self.judged, to: "job.yaml"), anonymous: anonymous)
            guard case .learning(let learning) = job.spec.kind else {
                Issue.record("not a learning job")
                return
            }
            let validation = try #require(learning.lesson.validation)
            #expect(job.uploads.map(\.blob) == learning.lesson.blobs && job.uploads.count == 3)
            #expect(validation != learning.lesson.data)
            #expect(learning.rows == 40 && learning.classes == 3)
            let sent = String(decoding: job.uploads[2].bytes, as: UTF8.self)
            #expect(sent.hasPrefix("a,b,label\n") == !anonymous)
            #expect(sent.hasSuffix("3,4,maybe\n"))
            #expect(try JobSpec(job.spec.message) == job.spec)
        }
    }

    @Test(arguments: [
        ("a,b,label\n1,2,yes\n\(canary),4,no\n", "later.csv: line 3, column 1 (a)"),
        ("a,b,label\n1,2,\n", "later.csv: line 2, column 3 (label): the target is missing"),
        ("a,b\n1,2\n", "later.csv: line 1, column label: the target is no column"),
        ("a,label\n1,yes\n", "later.csv: line 1, column b"),
        ("a,b,label\n" + rows(40), "later.csv: is the table that is learned from"),
        ("a,b,label\n1,2,yes\n3,4,yes\n", "later.csv: cannot judge by roc_auc, which is undefined"),
    ]) func `a table that cannot judge is refused by its name`(
        table: String, words: String
    ) throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        try folder.write(table, to: "later.csv")
        let path = try folder.write(Self.judged, to: "job.yaml")
        let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(Self.canary) == false)
    }

    @Test(arguments: [
        ("1,2,yes\n1,3,no\n0,4,no\n", nil),
        ("1,2,yes\n0,4,no\n", "later.csv: cannot judge by roc_auc, which is undefined there"),
        ("1,2,yes\n-1,4,no\n", "later.csv: column a: row 2 (the header not counted)"),
        ("0,2,yes\n0,4,no\n", "later.csv: column a: all rows have a weight of 0"),
        ("1,2,yes\n,4,no\n", "later.csv: line 3, column 1 (a)"),
    ]) func `rows that judge are weighed like those that are learned from`(
        rows: String, words: String?
    ) throws {
        let folder = try TemporaryFolder()
        try folder.write("a,b,label\n" + Self.rows(40), to: "rows.csv")
        try folder.write("a,b,label\n" + rows, to: "later.csv")
        let path = try folder.write(
            Self.judged.replacing("later.csv", with: "later.csv, weight: a"), to: "job.yaml")
        guard let words else {
            guard case .learning(let learning) = try PreparedJob(path: path).spec.kind else {
                Issue.record("not a learning job")
                return
            }
            #expect(learning.lesson.weight == "a" && learning.lesson.validation != nil)
            return
        }
        let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func `a sample is drawn, told of, and of the table that the job names`() throws {
        let folder = try TemporaryFolder()
        let table = Array(("a,b,label\n" + Self.rows(400)).utf8)
        try folder.write(table, to: "rows.csv")
        let digest = BlobUpload(table).blob.digest
        func job(_ pinned: Digest, anonymous: Bool = false) throws -> PreparedJob {
            try PreparedJob(
                path: try folder.write(
                    """
                    task: classification
                    data: { train: rows.csv, target: label, sha256: \(pinned.hex),
                            sample: { rows: 50, seed: 9 } }
                    budget: { trials: 5 }
                    """, to: "job.yaml"), anonymous: anonymous)
        }
        for anonymous in [false, true] {
            let prepared = try job(digest, anonymous: anonymous)
            guard case .learning(let learning) = prepared.spec.kind else { continue }
            // Who may not know the columns' names may not know the table either.
            #expect(
                learning.lesson.sample
                    == RowSample(rows: 50, of: 400, seed: 9, table: anonymous ? nil : digest))
            #expect(learning.rows == 50)
            #expect(prepared.uploads[0].bytes.count { $0 == 0x0A } == 51)
            #expect(prepared.data?.lines.first == "50 of 400 rows drawn, seed 9")
        }
        let error = #expect(throws: InputError.self) {
            try job(Digest(sha256: Array(repeating: 7, count: 32)))
        }
        #expect(error?.description.contains("is not the table that the job names") == true)
    }

    @Test func `a table that is too large is refused by the way out`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.job("classification", "label"), to: "job.yaml")
        // A hole takes no room on the disk.
        let table = try folder.write("a", to: "rows.csv")
        #expect(truncate(table, off_t(TableFile.bytesMax) + 1) == 0)
        let error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains("data: { sample: { rows: 1000000") == true)
    }

    @Test func `an idle job needs no data`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("task: idle\ntrials: 20\n", to: "idle.yaml")
        let job = try PreparedJob(path: path)
        #expect(job.uploads.isEmpty)
        #expect(job.result == .nothing)
        #expect(job.spec.name == "idle")
    }

    static let tables: [(table: String, sentence: String)] = [
        ("", "the file is empty"),
        ("a,b,label\n", "the table has a header and no rows"),
        ("a,b,label\n1,2,x\n1,\(canary)\n", "line 3: the row has 2 fields, the header has 3"),
        ("a,b,label\n1,2,x\n1,\"\(canary)\n", "line 3, column 2: the quote is never closed"),
        ("a,a,label\n1,2,x\n", "line 1, column 2: column 1 has the same name"),
        ("a,,label\n1,2,x\n", "line 1, column 2: the name is empty"),
        ("a;b;label\n1;2;x\n", "line 1: the header is one field with semicolons or tabs in it"),
        ("a,b,label\n1,2,x\n3,4,\n5,6,y\n", "line 3, column 3 (label): the target is missing"),
        ("a,b,label\n1,2,x\n3,4,x\n", "column label: the target has one class only"),
        ("a,b,other\n1,2,x\n", "has no column 'label' to predict; its header has 3 columns"),
        ("a,b,label\n1,\u{0}2,x\n", "line 2: a NUL byte"),
    ]

    /// What is said of a table that no job may have; nil when nothing is.
    private static func refusal(
        of table: [UInt8], by task: String = "classification", target: String = "label",
        in folder: TemporaryFolder
    ) throws -> String? {
        try folder.write(table, to: "rows.csv")
        let path = try folder.write(Self.job(task, target), to: "job.yaml")
        return #expect(throws: InputError.self) { try PreparedJob(path: path) }?.description
    }

    @Test(arguments: tables)
    func `a bad table gets one sentence with its place and without its values`(
        table: String, sentence: String
    ) throws {
        let folder = try TemporaryFolder()
        let refusal = try Self.refusal(of: Array(table.utf8), in: folder)
        let text = refusal ?? ""
        #expect(text.hasPrefix("\(folder.path)/rows.csv: \(sentence)"), "\(text)")
        #expect(!text.contains(Self.canary) && !text.contains("\n"))
        #expect(folder.names == ["job.yaml", "rows.csv"])
    }

    /// Where the header is missing the first row counts as one, and its values as names.
    @Test(arguments: [
        (
            "\(canary),5,yes\n1,2,no\n",
            "has no column 'label' to predict; its header has 3 columns; is the header row missing?"
        ),
        (
            "\(canary),1,\(canary)\n1,2,no\n",
            "line 1, column 3: column 1 has the same name; is the header row missing?"
        ),
        ("\(canary),label\n\"x,no\n", "line 2, column 1: the quote is never closed"),
    ]) func `no value of a row that stands for the header is repeated`(
        table: String, sentence: String
    ) throws {
        let folder = try TemporaryFolder()
        let refusal = try Self.refusal(of: Array(table.utf8), in: folder)
        #expect(refusal == "\(folder.path)/rows.csv: \(sentence)")
    }

    @Test func `a text in a numeric target is named by its line`() throws {
        let folder = try TemporaryFolder()
        let refusal = try Self.refusal(
            of: Array("a,price\n1,2\n3,\(Self.canary)\n".utf8), by: "regression", target: "price",
            in: folder)
        #expect(refusal?.contains("line 3, column 2 (price)") == true)
        #expect(refusal?.contains(Self.canary) == false)
    }

    @Test func `bytes that are no UTF-8 are named by their line`() throws {
        let folder = try TemporaryFolder()
        let refusal = try Self.refusal(of: Array("a,label\n1,".utf8) + [0xE9, 0x0A], in: folder)
        #expect(refusal?.contains("line 2: the bytes are not UTF-8") == true)
    }

    @Test func `a line of ten megabytes is refused`() throws {
        let folder = try TemporaryFolder()
        let long = [UInt8](repeating: 0x78, count: 10_000_000)
        let refusal = try Self.refusal(
            of: Array("a,label\n".utf8) + long + Array(",1\n".utf8), in: folder)
        #expect(refusal?.contains("line 2, column 1: the field is longer") == true)
    }

    @Test func `too few rows for the folds say what would be right`() throws {
        let folder = try TemporaryFolder()
        let refusal = try Self.refusal(of: Array(("a,b,label\n" + Self.rows(8)).utf8), in: folder)
        #expect(refusal?.contains("set cv to 4 or less") == true)
    }

    @Test func `what is no file is refused before it is read`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Self.job("classification", "label"), to: "job.yaml")
        var error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description == "\(folder.path)/rows.csv: there is no such table")
        #expect(mkfifo("\(folder.path)/rows.csv", 0o600) == 0)
        error = #expect(throws: InputError.self) { try PreparedJob(path: path) }
        #expect(error?.description.contains("is not a file") == true)
    }
}
