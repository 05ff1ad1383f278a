type Waiting<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

type Options<Item> = {
  /** Of two items with the same key the second goes when the first is done. */
  keyOf: (item: Item) => string;
  /** Items of one go at most. */
  most: number;
  /** Goes under way at the same time at most. */
  lanes: number;
  /** Whether what a go failed of may be the fault of one item: then each of its items goes once more, by itself. */
  mayBeOnes?: (error: unknown) => boolean;
};

/**
 * Lets callers share work: while some of it goes on, those who come gather for the next go. Alone nobody waits; under
 * load one statement does what a hundred did.
 * @param work gives back one result for each item, in order; what it throws, all whom it may concern are told
 */
export function shared<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { keyOf, most, lanes, mayBeOnes = () => false }: Options<Item>,
): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = [];
  let begun = false;
  let underWay = 0;
  /** Of items that are under way. */
  const keys = new Set<string>();

  const nextGo = () => {
    const go: typeof waiting = [];
    waiting = waiting.filter((one) => {
      const key = keyOf(one.item);
      if (go.length >= most || keys.has(key)) return true;
      keys.add(key);
      go.push(one);
      return false;
    });
    return go;
  };
  const oneByOne = async (go: typeof waiting) => {
    for (const { item, resolve, reject } of go)
      await work([item]).then(([result]) => resolve(result as Result), reject);
  };
  const carryOut = async (go: typeof waiting) => {
    try {
      const results = await work(go.map(({ item }) => item));
      go.forEach(({ resolve }, index) => resolve(results[index] as Result));
    } catch (error) {
      if (go.length > 1 && mayBeOnes(error)) await oneByOne(go);
      else go.forEach(({ reject }) => reject(error));
    } finally {
      for (const { item } of go) keys.delete(keyOf(item));
      underWay -= 1;
      begin();
    }
  };
  const begin = () => {
    begun = false;
    while (underWay < lanes) {
      const go = nextGo();
      if (go.length === 0) return;
      underWay += 1;
      void carryOut(go);
    }
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (begun || underWay >= lanes) return;
      begun = true;
      // Whatever else has come in with this turn of the loop goes along.
      setImmediate(begin);
    });
}
