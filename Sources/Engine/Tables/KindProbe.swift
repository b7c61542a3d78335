/// Tells the kind of a column by its fields, whatever the format.
///
/// It is numeric if every field that is present is a number (so is one without any). It is a date
/// if every field that is present is one, and none is a bare year, which is a number as well. In
/// both what is well known for a missing value is one. Else the column is of texts if `TextProbe`
/// says so, or categorical.
struct KindProbe {
    /// While it holds, a number is told by `lookAtNumber()` just as well.
    private(set) var mayBeNumeric = true
    private var mayBeDate = true
    private var texts = TextProbe()
    /// For each of `MissingValues.wellKnown` a bit: whether it was seen.
    private var missing: UInt32 = 0
    /// Whether anything else was seen.
    private var isPresent = false

    func column(_ name: String) -> Schema.Column {
        self.mayBeNumeric && (self.isPresent || self.missing == 0)
            ? Schema.Column(name, .numeric(), missingValues: self.missingValues)
            : self.columnOfTexts(name)
    }

    /// Of a column whose format calls it one of texts, if they are numbers all the same.
    func columnOfTexts(_ name: String) -> Schema.Column {
        if !self.mayBeNumeric, self.mayBeDate {
            return Schema.Column(name, .date, missingValues: self.missingValues)
        }
        return Schema.Column(name, self.texts.verdict == .texts ? .text : .categorical())
    }

    private var missingValues: [String] {
        MissingValues.wellKnown.indices.filter { self.missing >> UInt32($0) & 1 == 1 }
            .map { MissingValues.wellKnown[$0] }
    }

    /// A field that is a number.
    @inline(__always)
    mutating func lookAtNumber() {
        self.mayBeDate = false
        self.isPresent = true
    }

    /// Any field that is present.
    ///
    /// - Parameter isEscaped: whether quotes within are doubled, which no number has.
    mutating func look(at field: UnsafeBufferPointer<UInt8>, isEscaped: Bool = false) {
        self.texts.look(at: field)
        if let index = MissingValues.wellKnownIndex(of: field) {
            self.missing |= 1 << UInt32(index)
            return
        }
        self.isPresent = true
        if field.count > TableLimits.fieldBytesMax {
            // Only a text may be so long, whatever it spells.
            self.mayBeNumeric = false
            self.mayBeDate = false
        }
        if self.mayBeNumeric {
            if !isEscaped, DecimalNumber.parse(field) != nil || DecimalNumber.isInfinite(field) {
                self.mayBeDate = false
            } else {
                self.mayBeNumeric = false
            }
        }
        if self.mayBeDate {
            self.mayBeDate = CivilTime.moment(field) != nil && DecimalNumber.parse(field) == nil
        }
    }
}
