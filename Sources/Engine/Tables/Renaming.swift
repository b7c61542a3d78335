// Columns under other names: what whoever sends a table away does to it, and undoes to the model
// that comes back. Values, kinds and the order of columns stay, and so does every bit that is
// learned from them.

extension CSVReader {
    /// The same table under other names, which are given in the columns' order.
    ///
    /// - Requires: one name for each column, of letters and digits, so that none needs quotes.
    package func bytes(naming names: [String]) -> [UInt8] {
        precondition(names.count == self.columnNames.count, "a name for each column is needed")
        precondition(
            names.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber } },
            "a name would need quotes")
        return Array(names.joined(separator: ",").utf8) + [0x0A] + self.rowBytes
    }
}

extension Frame {
    func renamed(_ rename: (String) -> String) -> Frame {
        Frame(
            rows: self.rows,
            columns: self.columns.map { Column(rename($0.name), $0.values) })
    }
}

extension CleanTable {
    /// The same rows, their columns called otherwise.
    package func renamed(_ rename: (String) -> String) -> CleanTable {
        CleanTable(
            frame: self.frame.renamed(rename), aside: self.aside.renamed(rename),
            repairs: self.repairs, origins: self.origins)
    }
}

extension Schema {
    /// - Parameters:
    ///   - rename: gives a column its other name, in rules too.
    ///   - callRule: gives a rule its other name, by its number; nil leaves rules theirs.
    /// - Throws: when two columns would have one name, or a rule would be too long.
    package func renamed(
        _ rename: (String) -> String, rules callRule: ((Int) -> String)? = nil
    ) throws(SchemaError) -> Schema {
        var rules: [Rule] = []
        for (number, rule) in self.rules.enumerated() {
            let check: Rule.Check
            switch rule.check {
            case .require(let text):
                do throws(ExpressionError) {
                    check = .require(try ExpressionScanner.renamed(text, rename))
                } catch {
                    throw SchemaError(rule: number, "rule \(number + 1): \(error)")
                }
            case .unique(let names): check = .unique(names.map(rename))
            case .ascending(let name): check = .ascending(rename(name))
            }
            rules.append(Rule(callRule?(number) ?? rule.name, check, rule.remedy))
        }
        return try Schema(
            self.columns.map { column in
                var column = column
                column.name = rename(column.name)
                return column
            }, rules: rules)
    }
}

extension FittedForecasts {
    /// The same model for tables whose columns are called otherwise.
    ///
    /// - Throws: when two columns would have one name, or a rule would be too long.
    package func renamed(_ rename: (String) -> String) throws(SchemaError) -> FittedForecasts {
        FittedForecasts(
            columns: Columns(
                target: rename(self.columns.target), time: self.columns.time.map(rename),
                key: self.columns.key.map(rename), exogenous: self.columns.exogenous.map(rename)),
            schema: try self.schema.renamed(rename), grid: self.grid, horizon: self.horizon,
            entries: self.entries)
    }
}

extension FittedModel {
    /// The same model for tables whose columns are called otherwise.
    ///
    /// - Throws: when two columns would have one name, or a rule would be too long.
    package func renamed(_ rename: (String) -> String) throws(SchemaError) -> FittedModel {
        FittedModel(
            task: self.task, schema: try self.schema.renamed(rename),
            target: self.target.map(rename), classNames: self.classNames, members: self.members,
            encoders: self.encoders.map { encoder in
                Encoder(
                    form: encoder.form,
                    columns: encoder.columns.map {
                        Encoder.Column(name: rename($0.name), encoding: $0.encoding)
                    })
            }, self.pooling, thresholds: self.thresholds)
    }
}
