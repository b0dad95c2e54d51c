#!/usr/bin/env node
import { catalogue } from './cli/catalogue.ts'
import { dispatch } from './cli/frame/dispatch.ts'
import { processTerminal } from './cli/frame/terminal.ts'

process.exitCode = await dispatch(process.argv.slice(2), catalogue, processTerminal())
