import Engine
import Privacy
import Wire

/// Which of two classes is the one that is looked for, `positive: churned`: what `f1` and
/// `average_precision` are of, in the place of the second by name.
struct PositiveTerms: Equatable {
    let name: Private<String>
    let place: String

    init(_ value: StrictYAML.Value) throws(InputError) {
        self.name = Private(try value.text())
        self.place = value.place
    }

    func applied(to dataset: Dataset) throws(InputError) -> Dataset {
        do throws(TableError) {
            return try dataset.takingForPositive(first: dataset.isFirst(self.name))
        } catch {
            throw InputError(self.place, "positive: \(error)")
        }
    }
}

/// How much rows count by their class, in fits and not in scores.
///
/// ```yaml
/// class_weight: balanced              # all classes weigh the same together
/// class_weight: { "yes": 5, "no": 1 } # classes that are not named count once
/// ```
enum ClassTerms: Equatable {
    case balanced
    case named([(name: String, weight: Double)], place: String)

    init(_ value: StrictYAML.Value) throws(InputError) {
        guard value.isMapping else {
            guard try value.text() == "balanced" else {
                throw value.wrong("must be balanced, or a mapping of classes to numbers")
            }
            self = .balanced
            return
        }
        var named: [(name: String, weight: Double)] = []
        for (name, value) in try value.entries() {
            let weight = try value.number()
            let range = Wire.ClassWeights.range
            guard range.contains(weight) else {
                throw value.wrong("must be from \(range.lowerBound) to \(range.upperBound)")
            }
            named.append((name, weight))
        }
        guard !named.isEmpty else { throw value.wrong("names no class") }
        self = .named(named, place: value.place)
    }

    /// By the classes of a table, in their order.
    func weights(of classes: [Private<String>]) throws(InputError) -> Wire.ClassWeights {
        guard case .named(let named, let place) = self else { return .balanced }
        var weights = Array(repeating: 1.0, count: classes.count)
        for (name, weight) in named {
            guard let index = classes.firstIndex(of: Private(name)) else {
                throw InputError(
                    place, "class_weight names a class that the target does not have in any row")
            }
            weights[index] = weight
        }
        return .given(weights)
    }

    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.balanced, .balanced): true
        case (.named(let left, _), .named(let right, _)):
            left.count == right.count && zip(left, right).allSatisfy { $0 == $1 }
        case (.balanced, .named), (.named, .balanced): false
        }
    }
}
