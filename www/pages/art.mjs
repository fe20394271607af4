import { html } from "./html.mjs";

/**
 * The product picture: a tin and a cup before hills in mist. Drawn for this shop; its colours are
 * classes in shop.css, because the page's policy allows no style attributes and there is a dark theme.
 */
export function art(label) {
  return html`<svg class="art" viewBox="0 0 480 400" preserveAspectRatio="xMidYMax slice" role="img" aria-label="${label}">
    <rect class="sky" width="480" height="400"></rect>
    <circle class="sun" cx="352" cy="96" r="44"></circle>
    <path class="hill-far" d="M0 214c44-20 66-74 104-74 34 0 52 44 84 44 36 0 58-84 104-84 42 0 60 66 98 66 34 0 56-26 90-28v262H0Z"></path>
    <path class="mist" d="M-20 232c70-26 120 10 190-4s110-30 176-10 104 4 154-12v62c-90 20-150-4-236 6s-190 22-284-2Z"></path>
    <path class="hill-mid" d="M0 268c52-12 84-50 132-50 50 0 70 34 116 34 52 0 82-46 138-40 38 4 60 24 94 28v160H0Z"></path>
    <path class="mist" d="M-10 292c80-16 140 12 214 2s150-26 286 0v52c-120 16-220-6-300 2s-140 8-200-4Z"></path>
    <path class="hill-near" d="M0 330c70-22 130-30 220-24s180 2 260-14v108H0Z"></path>
    <g class="rows">
      <path d="M-4 352c70-20 150-26 240-20s170 2 248-12"></path>
      <path d="M-4 374c76-18 158-22 246-17s168 2 242-10"></path>
      <path d="M-4 396c82-16 160-18 250-14s160 2 238-8"></path>
    </g>
    <ellipse class="shade" cx="206" cy="374" rx="116" ry="13"></ellipse>
    <g>
      <rect class="tin-lid" x="124" y="128" width="164" height="44" rx="10"></rect>
      <path class="tin-body" d="M118 168h176v190c0 9-7 16-16 16H134c-9 0-16-7-16-16Z"></path>
      <path class="tin-edge" d="M118 168h176v12H118Z"></path>
      <path class="tin-light" d="M134 180h16v194h-16Z"></path>
      <rect class="label" x="150" y="204" width="112" height="136" rx="4"></rect>
      <rect class="label-line" x="156" y="210" width="100" height="124" rx="2"></rect>
      <g transform="translate(184 218) scale(1.375)">
        <path class="leaf-a" d="M16 29C6 24 4 13 10 3c8 5 11 15 6 26Z"></path>
        <path class="leaf-b" d="M16 29c0-9 4-16 13-18 0 10-5 16-13 18Z"></path>
      </g>
      <text class="label-name" x="206" y="290" text-anchor="middle">龙井</text>
      <text class="label-text" x="206" y="314" text-anchor="middle">DRAGON WELL</text>
    </g>
    <g>
      <ellipse class="shade" cx="362" cy="373" rx="62" ry="9"></ellipse>
      <path class="cup-saucer" d="M306 362h112c-8 12-24 14-56 14s-48-2-56-14Z"></path>
      <path class="cup" d="M318 306h88c0 34-14 58-32 58h-24c-18 0-32-24-32-58Z"></path>
      <ellipse class="cup-rim" cx="362" cy="306" rx="44" ry="9"></ellipse>
      <ellipse class="tea" cx="362" cy="307" rx="37" ry="6"></ellipse>
      <path class="steam" d="M350 288c-10-14 10-22 0-38M374 288c-10-14 10-22 0-38"></path>
    </g>
  </svg>`;
}
