import { everything } from './everything.ts'
import { ModelRouter, type RouterOptions } from './model-router.ts'

/** Several deployments behind names of your own: load is shared, failures are retried, rested and fallen back from. */
export class Router extends ModelRouter {
  constructor(options: RouterOptions) {
    super(options, everything)
  }
}
