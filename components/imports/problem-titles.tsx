/** What is wrong, or worth a look, with rows of one kind. */
const titles: Record<string, string> = {
  email_missing: "No address",
  email_invalid: "Address that cannot get mail",
  too_many_values: "More values than columns",
  too_few_values: "Fewer values than columns",
  values_left_over: "Values without a column",
  too_long: "Value too long",
  bad_characters: "Damaged characters",
  quote_unclosed: "Quotation mark that never closes",
  quote_stray: "Text behind a quotation mark",
  json_broken: "Damaged JSON",
  exists: "Here already",
  required_missing: "Required field is blank",
  number_invalid: "Not a number",
  date_invalid: "Not a date",
  boolean_invalid: "Neither yes nor no",
  out_of_limits: "Outside the limits of its field",
  choice_unknown: "Not one of the choices",
  score_invalid: "Not a score from 0 to 100",
  stage_unknown: "Unknown lifecycle stage",
  status_unknown: "Unknown status",
  company_too_long: "Company too long",
  company_short: "Very short company",
  phone_unusual: "Unusual phone number",
  zone_unknown: "Unknown time zone",
  role_account: "Address of a task, not of a person",
  disposable: "Disposable address",
  choice_unfit: "Cannot be a choice",
  choices_too_many: "Too many different choices",
  required_lacking: "Required field without a column",
  lists_many: "Very many lists",
  list_is_segment: "Segment in the place of a list",
  no_mail_server: "Domain without mail server",
};

export const problemTitle = (code: string): string => {
  const words = code.replaceAll("_", " ");
  return titles[code] ?? words.charAt(0).toUpperCase() + words.slice(1);
};
