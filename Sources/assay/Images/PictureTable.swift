import Engine
import Host
import Synchronization
import Wire
import WorkerShell

/// Pictures as a table of numbers, which is all that a head or a worker ever sees of them.
struct PictureTable {
    /// As CSV.
    let bytes: [UInt8]
    let features: ImageFeatures
    /// Where each row comes from; nil where pictures have no files.
    let files: [String]?

    /// - Parameters:
    ///   - hasColour: nil: where any picture has.
    ///   - target: what the column of classes is called; nil leaves it out.
    /// - Throws: for a picture that cannot be decoded, after all were looked at.
    init(
        _ set: PictureSet, size: Int, hasColour: Bool?, target: String?
    ) throws(InputError) {
        guard let all = ImageFeatures(size: size, hasColour: hasColour ?? true),
            let grey = ImageFeatures(size: size, hasColour: false)
        else { throw InputError(set.path, "cannot be brought to squares of \(size)") }
        let width = all.names.count
        var values: [Int16] = []
        var faults = Faults()
        var anyHasColour = false
        let kinds = try set.kinds(in: target)
        try set.eachBatch { batch in
            for (number, outcome) in Self.outcomes(of: batch, all).enumerated() {
                switch outcome {
                case .success(let row):
                    anyHasColour = anyHasColour || row.hasColour
                    values += row.values
                case .failure(let error): faults.note(batch.name(number), error)
                }
            }
            faults.pictures += batch.count
        }
        if let sentence = faults.sentence { throw InputError(set.path, sentence) }
        self.features = hasColour ?? anyHasColour ? all : grey
        self.files = set.files
        var text = Text()
        let names = self.features.names
        text.append(CSVText.row(names + [target].compactMap(\.self)))
        for row in 0..<faults.pictures {
            text.append(values[row * width..<row * width + names.count])
            text.append(target == nil ? "\n" : "," + CSVText.row([kinds?[row] ?? ""]))
        }
        self.bytes = text.bytes
    }

    /// What one picture adds to the table.
    private struct Row {
        let values: [Int16]
        let hasColour: Bool
    }

    /// The rows of a batch in its order, whichever thread made each.
    private static func outcomes(
        of batch: PictureSet.Batch, _ features: ImageFeatures
    ) -> [Result<Row, PictureError>] {
        let next = Atomic(0)
        let shares = DedicatedThread.together(
            upTo: min(batch.count, WorkerSettings.processors, PictureLimits.threadsMax),
            named: "pictures"
        ) {
            var share: [(number: Int, outcome: Result<Row, PictureError>)] = []
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < batch.count else { return share }
                let outcome = batch.picture(number).map { picture in
                    Row(values: features.values(of: picture), hasColour: picture.hasColour)
                }
                share.append((number, outcome))
            }
        }
        return shares.joined().sorted { $0.number < $1.number }.map(\.outcome)
    }

    /// Pictures as a model has learned to see them.
    ///
    /// - Parameter target: what the model predicts, which is there where the set says it.
    init(_ set: PictureSet, as features: ImageFeatures, target: String?) throws(InputError) {
        let said = try target.flatMap { target throws(InputError) in
            try set.saysKinds(in: target) ? target : nil
        }
        try self.init(set, size: features.size, hasColour: features.hasColour, target: said)
    }

    /// Pictures that cannot be decoded.
    private struct Faults {
        var pictures = 0
        private var count = 0
        private var first: [String] = []

        mutating func note(_ name: String, _ error: PictureError) {
            self.count += 1
            if self.first.count < PictureLimits.faultsMax { self.first.append("\(name) \(error)") }
        }

        /// Nil where there are none.
        var sentence: String? {
            guard self.count > 0 else { return nil }
            let more = self.count > self.first.count ? "; …" : ""
            return
                "\(Figures.count(self.count)) of \(Figures.count(self.pictures)) pictures cannot "
                + "be read: " + self.first.joined(separator: "; ") + more
        }
    }

    private struct Text {
        var bytes: [UInt8] = []

        mutating func append(_ text: String) { self.bytes += text.utf8 }

        /// Ten-thousandths, as decimal numbers without needless digits, between commas.
        mutating func append(_ values: ArraySlice<Int16>) {
            for (place, value) in values.enumerated() {
                if place > 0 { self.bytes.append(0x2C) }
                if value < 0 { self.bytes.append(0x2D) }
                let (whole, part) = Int(value.magnitude).quotientAndRemainder(dividingBy: 10_000)
                self.bytes.append(0x30 + UInt8(whole))
                if part == 0 { continue }
                self.bytes.append(0x2E)
                var rest = part
                var unit = 1000
                while rest > 0 {
                    self.bytes.append(0x30 + UInt8(rest / unit))
                    rest %= unit
                    unit /= 10
                }
            }
        }
    }
}

extension ModelBundle {
    /// The table at a path as the model takes it: pictures become numbers there as they did when it
    /// learned.
    ///
    /// - Returns: the table, and for pictures in files where each row comes from.
    func table(at path: String) throws(InputError) -> (bytes: [UInt8], files: [String]?) {
        guard let images, let set = try PictureSet(ifAt: path) else {
            return (try TableFile.bytes(path), nil)
        }
        let table = try PictureTable(set, as: images, target: self.model.ofTable?.target)
        return (table.bytes, table.files)
    }
}
