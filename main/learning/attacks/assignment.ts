/** The cheapest one-to-one assignment of a square matrix of costs (Hungarian method, Kuhn 1955, in Jonker's O(n³) form). */

/** The column of each row; `costs[row][column]` finite. */
export function cheapestAssignment(costs: readonly (readonly number[])[]): readonly number[] {
  const size = costs.length;
  const potentials: Potentials = {
    rows: new Float64Array(size + 1),
    columns: new Float64Array(size + 1),
    // column 0 is where a new row starts; rows and columns count from 1
    rowOf: new Int32Array(size + 1),
  };
  for (let row = 1; row <= size; row++) addRow(costs, potentials, row);
  const columnOf = new Array<number>(size).fill(-1);
  potentials.rowOf.forEach((row, column) => {
    if (column > 0) columnOf[row - 1] = column - 1;
  });
  return columnOf;
}

/** Dual potentials and the matching so far. Mutable, local to one assignment. */
interface Potentials {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly rowOf: Int32Array;
}

/** Grows the matching by one row along the cheapest alternating path. */
function addRow(costs: readonly (readonly number[])[], state: Potentials, row: number): void {
  const { rowOf } = state;
  const size = costs.length;
  const slack = new Float64Array(size + 1).fill(Infinity);
  const before = new Int32Array(size + 1);
  const isDone = new Uint8Array(size + 1);
  let column = 0;
  rowOf[0] = row;
  do {
    isDone[column] = 1;
    column = nearestColumn(costs, state, { slack, before, isDone, from: column });
  } while (rowOf[column] !== 0);
  while (column !== 0) {
    const previous = before[column] ?? 0;
    rowOf[column] = rowOf[previous] ?? 0;
    column = previous;
  }
}

interface Search {
  readonly slack: Float64Array;
  readonly before: Int32Array;
  readonly isDone: Uint8Array;
  readonly from: number;
}

/** Updates the slack of open columns from the row last reached, shifts the potentials, and answers the tightest column. */
function nearestColumn(costs: readonly (readonly number[])[], state: Potentials, search: Search): number {
  const { rows, columns, rowOf } = state;
  const { slack, before, isDone, from } = search;
  const row = rowOf[from] ?? 0;
  let nearest = 0;
  let least = Infinity;
  for (let column = 1; column < slack.length; column++) {
    if (isDone[column] === 1) continue;
    const reduced = (costs[row - 1]?.[column - 1] ?? Infinity) - (rows[row] ?? 0) - (columns[column] ?? 0);
    if (reduced < (slack[column] ?? Infinity)) {
      slack[column] = reduced;
      before[column] = from;
    }
    if ((slack[column] ?? Infinity) < least) {
      least = slack[column] ?? Infinity;
      nearest = column;
    }
  }
  for (let column = 0; column < slack.length; column++) {
    if (isDone[column] === 1) {
      const matched = rowOf[column] ?? 0;
      rows[matched] = (rows[matched] ?? 0) + least;
      columns[column] = (columns[column] ?? 0) - least;
    } else slack[column] = (slack[column] ?? 0) - least;
  }
  return nearest;
}
