import {
  DataTypes,
  Op,
  type Model,
  type ModelAttributeColumnOptions,
  type ModelStatic,
  type Sequelize,
  type WhereOptions,
} from 'sequelize';
import { jsonText } from '../../sql.ts';
import { cutPage, type Page, type PageInput } from '../../page.ts';

/** A model whose attributes are `Row`. Rows leave this room through `plain` only. */
export type Table<Row extends object> = ModelStatic<Model<Row, Partial<Row>>>;

export function table<Row extends object>(
  sequelize: Sequelize,
  name: string,
  columns: Record<keyof Row & string, ModelAttributeColumnOptions>,
): Table<Row> {
  // Sequelize writes into what it is given, so attributes must not share one object.
  const own = Object.fromEntries(
    Object.entries<ModelAttributeColumnOptions>(columns).map(([key, options]) => [key, { ...options }]),
  );
  return sequelize.define<Model<Row, Partial<Row>>>(name, own as never, { tableName: name });
}

export const column = {
  id: { type: DataTypes.STRING, primaryKey: true },
  text: { type: DataTypes.STRING },
  longText: { type: DataTypes.TEXT },
  number: { type: DataTypes.INTEGER },
  time: { type: DataTypes.DATE(3) },
  day: { type: DataTypes.DATEONLY },
  bytes: { type: DataTypes.BLOB },
} as const satisfies Record<string, ModelAttributeColumnOptions>;

/** A column under another name than its attribute. */
export function named(field: string, options: ModelAttributeColumnOptions): ModelAttributeColumnOptions {
  return { ...options, field };
}

/** JSON is written and parsed here: MariaDB's JSON is text, MySQL's is not, and both read alike this way. */
export function jsonColumn(name: string): ModelAttributeColumnOptions {
  return {
    type: DataTypes.TEXT,
    get(this: Model) {
      const text = this.getDataValue(name) as string | null | undefined;
      return text === null || text === undefined ? null : JSON.parse(text);
    },
    set(this: Model, value: unknown) {
      this.setDataValue(name, jsonText(value));
    },
  };
}

export function plain<Row extends object>(row: Model<Row, Partial<Row>>): Row {
  return row.get({ plain: true });
}
export function plainOrNull<Row extends object>(row: Model<Row, Partial<Row>> | null): Row | null {
  return row && plain(row);
}

/** One page, newest first. Filters that are `undefined` do not filter. */
export async function pageOf<Row extends { id: string }>(
  model: Table<Row>,
  filters: { [Name in keyof Row]?: Row[Name] | undefined },
  { cursor, limit }: PageInput,
): Promise<Page<Row>> {
  const where: Record<string, unknown> = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
  if (cursor !== undefined) where['id'] = { [Op.lt]: cursor };
  const rows = await model.findAll({ where: where as WhereOptions<Row>, order: [['id', 'DESC']], limit: limit + 1 });
  return cutPage(rows.map(plain), limit, ({ id }) => id);
}
