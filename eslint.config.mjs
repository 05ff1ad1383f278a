import nextVitals from "eslint-config-next/core-web-vitals";
import tseslint from "typescript-eslint";

// The import law of CONTRIBUTING.md: who may import what. One list, so that overrides cannot drift.
const never = (group, message) => ({ group, message });
const law = {
  app: [
    never(["#db/*", "#db/**"], "Routes reach data through the tRPC caller only."),
    never(["#server/*/queries", "#server/*/mutations"], "Routes call procedures, not queries."),
  ],
  components: [
    never(
      ["#db/*", "#db/**", "#inngest/*", "#inngest/**"],
      "Components are shown to the browser: no database, no functions.",
    ),
    {
      group: ["#server/*", "#server/**", "!#server/*/schema", "!#server/**/schema"],
      allowTypeImports: true,
      message: "Components may import a domain's schema, and types.",
    },
  ],
  server: [
    never(["#components/*", "#components/**", "**/app/**"], "The domain does not know the pages."),
    never(["#server/*/router"], "A domain does not call another domain's router."),
    never(["#inngest/functions/*"], "The domain sends events; it does not call functions."),
  ],
  functions: [
    never(["#components/*", "#components/**", "**/app/**"], "Functions do not know the pages."),
    never(
      ["drizzle-orm", "drizzle-orm/*"],
      "A function is an outline of steps: SQL belongs to queries and mutations.",
    ),
  ],
  db: [
    never(
      ["#components/*", "#components/**", "#inngest/*", "#inngest/**"],
      "The database layer imports itself and the environment only.",
    ),
    never(
      ["#server/*", "#server/**", "!#server/env"],
      "The database layer imports itself and the environment only.",
    ),
  ],
};
const restrict = (files, patterns, ignores = []) => ({
  files,
  ignores,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
});

const rawClock = [
  {
    selector:
      "TaggedTemplateExpression[tag.name='sql'] TemplateElement[value.raw=/\\bnow\\(\\)(?<!app_now\\(\\))/i]",
    message: "Use app_now(): tests move the clock.",
  },
  {
    selector: "CallExpression[callee.object.name='sql'][callee.property.name='raw']",
    message: "sql.raw splices text into SQL: bind the value, or use sql.identifier.",
  },
];
const dateNow = {
  selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: "Domain code reads app_now() from the database: tests move the clock.",
};

export default tseslint.config(
  {
    ignores: [
      ".next/**",
      ".next-*/**",
      ".data/**",
      ".verify/**",
      "node_modules/**",
      "next-env.d.ts",
      "db/migrations/**",
    ],
  },
  ...nextVitals,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "no-restricted-syntax": ["error", ...rawClock],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["server/**/*.ts", "inngest/functions/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: { "no-restricted-syntax": ["error", ...rawClock, dateNow] },
  },
  {
    files: ["app/**", "components/**", "server/**", "inngest/**", "db/**"],
    ignores: ["server/env.ts", "**/*.test.ts", "{db,server}/testing*.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "Read server/env.ts: one place parses the environment.",
        },
      ],
    },
  },
  restrict(["app/**"], law.app),
  restrict(["components/**"], law.components),
  restrict(["server/**"], law.server, ["server/router.ts"]),
  restrict(["inngest/functions/**"], law.functions),
  // Tests call the router, as a browser would.
  restrict(["db/**"], law.db, ["db/testing.ts"]),
  {
    files: ["e2e/**/*.ts"],
    rules: {
      "react-hooks/rules-of-hooks": "off",
      "no-restricted-syntax": [
        "error",
        {
          selector: "CallExpression[callee.property.name='waitForTimeout']",
          message: "Wait for what you expect, not for time.",
        },
      ],
    },
  },
);
