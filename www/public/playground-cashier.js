// Where Alipay would be. In the playground's frame the shopper goes back after a moment.

const back = new URLSearchParams(location.search).get("back");
if (parent !== window && back !== null) setTimeout(() => location.replace(`/playground/preview?${back}`), 1_500);
