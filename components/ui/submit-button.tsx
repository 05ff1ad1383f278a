import type { ComponentProps } from "react";
import { Button } from "./button.tsx";

/** The one primary button of a form. */
export function SubmitButton(props: Omit<ComponentProps<typeof Button>, "type">) {
  return <Button variant="primary" {...props} type="submit" />;
}
