import { sinks } from "./messages/testing-sinks.ts";

// First of all: what reads the environment when it is loaded must find these servers in it.
Object.assign(process.env, sinks.env);
// They outlive a file of tests. What came in for the one before is nothing to this one.
sinks.forget();
